-- +goose Up
-- The second factor of staff: codes by time (RFC 6238). Secrets are sealed; totp_step is the last moment whose code was used, so that none
-- is good twice; totp_misses are wrong codes since then.
ALTER TABLE staff
    ADD COLUMN totp_secret text NOT NULL DEFAULT '',
    ADD COLUMN totp_pending text NOT NULL DEFAULT '', -- not confirmed yet
    ADD COLUMN totp_step bigint NOT NULL DEFAULT 0,
    ADD COLUMN totp_misses integer NOT NULL DEFAULT 0,
    ADD COLUMN totp_retry_at timestamptz;

-- What opens an account whose device is gone, each once.
CREATE TABLE staff_recovery_codes (
    staff_id uuid  NOT NULL CONSTRAINT staff_recovery_codes_staff_fkey REFERENCES staff,
    hash     bytea NOT NULL CONSTRAINT staff_recovery_codes_hash CHECK (length(hash) = 32),
    used_at  timestamptz,
    CONSTRAINT staff_recovery_codes_pkey PRIMARY KEY (staff_id, hash)
);

-- +goose Down
DROP TABLE staff_recovery_codes;
ALTER TABLE staff
    DROP COLUMN totp_retry_at,
    DROP COLUMN totp_misses,
    DROP COLUMN totp_step,
    DROP COLUMN totp_pending,
    DROP COLUMN totp_secret;
