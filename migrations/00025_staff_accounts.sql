-- +goose Up
-- A password that somebody else knows holds until password_expires_at and opens nothing but the way to a new one.
ALTER TABLE staff
    ADD COLUMN password_expires_at timestamptz,
    ADD COLUMN suspended_at timestamptz,
    ADD COLUMN suspended_reason text NOT NULL DEFAULT '',
    ADD CONSTRAINT staff_suspended CHECK ((suspended_at IS NULL) = (suspended_reason = ''));

-- +goose Down
ALTER TABLE staff
    DROP CONSTRAINT staff_suspended,
    DROP COLUMN suspended_reason,
    DROP COLUMN suspended_at,
    DROP COLUMN password_expires_at;
