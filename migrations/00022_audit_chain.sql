-- +goose Up
-- The entries of the audit log in the order in which they were committed, each with a hash over itself and the hash before it: no entry
-- can be taken out, put in, moved or altered unseen. docs/audit.md says over what exactly.
CREATE TABLE audit_chain (
    seq   bigint PRIMARY KEY,
    entry bigint NOT NULL CONSTRAINT audit_chain_entry_key UNIQUE CONSTRAINT audit_chain_entry_fkey REFERENCES audit_log,
    hash  bytea  NOT NULL CONSTRAINT audit_chain_hash CHECK (length(hash) = 32)
);

-- Where the chain ended at some hour, as the log was told too.
CREATE TABLE audit_heads (
    at   timestamptz PRIMARY KEY DEFAULT now(),
    seq  bigint NOT NULL,
    hash bytea  NOT NULL CONSTRAINT audit_heads_hash CHECK (length(hash) = 32)
);

-- +goose StatementBegin
CREATE FUNCTION audit_hash(before bytea, seq bigint, e audit_log) RETURNS bytea LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT sha256(before || convert_to(string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), ',' ORDER BY n), 'UTF8'))
    FROM unnest(ARRAY[
        seq::text, e.id::text, extract(epoch FROM e.at)::text, e.staff_id::text, e.staff_email, e.action, e.subject,
        e.before::text, e.after::text, e.reason, e.address, e.request_id
    ]) WITH ORDINALITY AS content(field, n);
END;
-- +goose StatementEnd

-- Transactions take turns only while they commit, so that nobody waits for another's work, and so that the order is that of the commits.
-- Who may write entries needs no right to the chain.
-- +goose StatementBegin
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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
CREATE CONSTRAINT TRIGGER audit_log_linked AFTER INSERT ON audit_log DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION audit_link();

-- What there is already is linked in the order in which it was written.
-- +goose StatementBegin
DO $$
DECLARE
    e audit_log;
    n bigint := 0;
    h bytea := decode(repeat('00', 32), 'hex');
BEGIN
    FOR e IN SELECT * FROM audit_log ORDER BY id LOOP
        n := n + 1;
        h := audit_hash(h, n, e);
        INSERT INTO audit_chain VALUES (n, e.id, h);
    END LOOP;
END $$;
-- +goose StatementEnd

CREATE TRIGGER audit_chain_immutable BEFORE UPDATE OR DELETE ON audit_chain FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_chain_kept BEFORE TRUNCATE ON audit_chain FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_heads_immutable BEFORE UPDATE OR DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_heads_kept BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE audit_heads;
DROP TABLE audit_chain;
DROP TRIGGER audit_log_linked ON audit_log;
DROP FUNCTION audit_link();
DROP FUNCTION audit_hash(bytea, bigint, audit_log);
