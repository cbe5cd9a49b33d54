-- +goose Up
-- What a session was opened with, for its owner to tell it by, and when it was gone on with last.
ALTER TABLE sessions
    ADD COLUMN agent   text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN used_at timestamptz NOT NULL DEFAULT now();
UPDATE sessions SET used_at = started_at;

-- +goose Down
ALTER TABLE sessions
    DROP COLUMN used_at,
    DROP COLUMN address,
    DROP COLUMN agent;
