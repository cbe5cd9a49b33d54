-- +goose Up
-- When its bearer last showed, with a code that was mailed, that the account is theirs.
ALTER TABLE sessions ADD COLUMN proved_at timestamptz;

ALTER TABLE proofs
    DROP CONSTRAINT proofs_purpose,
    ADD CONSTRAINT proofs_purpose CHECK (purpose IN ('register', 'email', 'reset', 'self')),
    ADD COLUMN asker text NOT NULL DEFAULT ''; -- a keyed hash of the address that asked

-- +goose Down
DELETE FROM proofs WHERE purpose = 'self';
ALTER TABLE proofs
    DROP COLUMN asker,
    DROP CONSTRAINT proofs_purpose,
    ADD CONSTRAINT proofs_purpose CHECK (purpose IN ('register', 'email', 'reset'));
ALTER TABLE sessions DROP COLUMN proved_at;
