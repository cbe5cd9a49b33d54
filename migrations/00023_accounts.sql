-- +goose Up
-- An address stands in an account once its owner has proved that it is theirs; until then, and after the account's end, it is empty.
ALTER TABLE riders
    DROP CONSTRAINT riders_email_form,
    ADD CONSTRAINT riders_email_form CHECK (email = '' OR (position('@' IN email) > 1 AND length(email) <= 254)),
    ADD COLUMN suspended_reason text NOT NULL DEFAULT '',
    ADD COLUMN deleted_at timestamptz,
    ADD CONSTRAINT riders_suspended CHECK (suspended_at IS NOT NULL OR suspended_reason = ''),
    ADD CONSTRAINT riders_erased CHECK (deleted_at IS NULL OR first_name || last_name || email || password_hash || phone = '');
DROP INDEX riders_email_key;
CREATE UNIQUE INDEX riders_email_key ON riders (lower(email)) WHERE email <> '';

-- Codes that were mailed and not typed yet. A row is there whether the address has an account or not, so that nobody can tell.
CREATE TABLE proofs (
    id         uuid        PRIMARY KEY,
    purpose    text        NOT NULL CONSTRAINT proofs_purpose CHECK (purpose IN ('register', 'email', 'reset')),
    rider_id   uuid        CONSTRAINT proofs_rider_fkey REFERENCES riders,
    email      text        NOT NULL,
    language   text        NOT NULL,
    account    jsonb,      -- that a right code opens
    hash       bytea       CONSTRAINT proofs_hash CHECK (length(hash) = 32), -- null: no code is right
    letter     text        NOT NULL, -- the kind that is mailed; empty: none
    tries      integer     NOT NULL DEFAULT 0,
    mails      integer     NOT NULL DEFAULT 1,
    mailed_at  timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX proofs_email ON proofs (lower(email), created_at);
CREATE INDEX proofs_of_rider ON proofs (rider_id) WHERE rider_id IS NOT NULL;
CREATE INDEX proofs_expire ON proofs (expires_at);

-- Nobody begins a ride who is suspended or gone, however far the request had come. The lock waits for who is just doing that.
-- +goose StatementBegin
CREATE FUNCTION rentals_welcome() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who riders;
BEGIN
    SELECT * INTO who FROM riders WHERE id = NEW.rider_id FOR SHARE;
    IF who.deleted_at IS NOT NULL OR who.suspended_at IS NOT NULL THEN
        RAISE EXCEPTION 'rider % may not ride', NEW.rider_id USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
            CONSTRAINT = CASE WHEN who.deleted_at IS NOT NULL THEN 'rentals_rider_gone' ELSE 'rentals_rider_suspended' END;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER rentals_welcome BEFORE INSERT ON rentals FOR EACH ROW EXECUTE FUNCTION rentals_welcome();

-- +goose Down
DROP TRIGGER rentals_welcome ON rentals;
DROP FUNCTION rentals_welcome();
DROP TABLE proofs;
DROP INDEX riders_email_key;
ALTER TABLE riders
    DROP CONSTRAINT riders_erased,
    DROP CONSTRAINT riders_suspended,
    DROP COLUMN deleted_at,
    DROP COLUMN suspended_reason;
-- What has no address can't be told from another otherwise.
UPDATE riders SET email = id || '@nobody.invalid' WHERE email = '';
ALTER TABLE riders
    DROP CONSTRAINT riders_email_form,
    ADD CONSTRAINT riders_email_form CHECK (position('@' IN email) > 1 AND length(email) <= 254);
CREATE UNIQUE INDEX riders_email_key ON riders (lower(email));
