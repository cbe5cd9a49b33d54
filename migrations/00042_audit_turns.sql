-- +goose Up

-- Whose turn it is, for what is done to the audit log one after the other: a row to lock. Nobody but the owner may touch it, so nobody
-- who is broken into can keep it; an advisory lock is anybody's.
CREATE TABLE audit_turns (what text PRIMARY KEY CONSTRAINT audit_turns_what CHECK (what IN ('link', 'head')));
INSERT INTO audit_turns VALUES ('link'), ('head');

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_chain;
BEGIN
    PERFORM FROM audit_turns WHERE what = 'link' FOR UPDATE;
    SELECT * INTO last FROM audit_chain ORDER BY seq DESC LIMIT 1;
    last.seq := coalesce(last.seq, 0) + 1;
    INSERT INTO audit_chain (seq, entry, hash)
    VALUES (last.seq, NEW.id, audit_hash(coalesce(last.hash, decode(repeat('00', 32), 'hex')), last.seq, NEW));
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- Writes down where the chain ends, and says so: when a time has passed since the last head, or so many links. Of several who ask at once
-- one does. Who asks writes true heads alone, and not all the time.
-- +goose StatementBegin
CREATE FUNCTION audit_tell(every interval, links bigint) RETURNS SETOF audit_heads
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM audit_turns WHERE what = 'head' FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
    INSERT INTO audit_heads (seq, hash)
    SELECT c.seq, c.hash
    FROM (SELECT seq, hash FROM audit_chain UNION ALL SELECT 0, decode(repeat('00', 32), 'hex') ORDER BY seq DESC LIMIT 1) c
        LEFT JOIN (SELECT at, seq FROM audit_heads ORDER BY at DESC LIMIT 1) h ON true
    WHERE h.at IS NULL OR h.at <= now() - greatest(every, interval '1 minute') OR c.seq - h.seq >= greatest(links, 100)
    RETURNING *;
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION audit_tell(interval, bigint);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_chain;
BEGIN
    PERFORM pg_advisory_xact_lock(7233020);
    SELECT * INTO last FROM audit_chain ORDER BY seq DESC LIMIT 1;
    last.seq := coalesce(last.seq, 0) + 1;
    INSERT INTO audit_chain (seq, entry, hash)
    VALUES (last.seq, NEW.id, audit_hash(coalesce(last.hash, decode(repeat('00', 32), 'hex')), last.seq, NEW));
    RETURN NULL;
END $$;
-- +goose StatementEnd
DROP TABLE audit_turns;
