-- +goose Up
CREATE TABLE riders (
    id            uuid        PRIMARY KEY,
    first_name    text        NOT NULL,
    last_name     text        NOT NULL,
    email         text        NOT NULL CONSTRAINT riders_email_form CHECK (position('@' IN email) > 1 AND length(email) <= 254),
    password_hash text        NOT NULL,
    phone         text        NOT NULL DEFAULT '',
    language      text        NOT NULL CONSTRAINT riders_language CHECK (language IN ('es', 'en')),
    created_at    timestamptz NOT NULL DEFAULT now(),
    suspended_at  timestamptz
);
CREATE UNIQUE INDEX riders_email_key ON riders (lower(email));

CREATE TABLE staff (
    id            uuid        PRIMARY KEY,
    first_name    text        NOT NULL,
    last_name     text        NOT NULL,
    email         text        NOT NULL CONSTRAINT staff_email_form CHECK (position('@' IN email) > 1 AND length(email) <= 254),
    password_hash text        NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX staff_email_key ON staff (lower(email));

-- A session is one login; it ends as a whole. Its row is what two uses of its tokens wait on.
CREATE TABLE sessions (
    family     uuid        PRIMARY KEY,
    subject    uuid        NOT NULL,
    audience   text        NOT NULL CONSTRAINT sessions_audience CHECK (audience IN ('rider', 'staff')),
    started_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz,
    rider_id   uuid GENERATED ALWAYS AS (CASE WHEN audience = 'rider' THEN subject END) STORED
               CONSTRAINT sessions_rider_fkey REFERENCES riders,
    staff_id   uuid GENERATED ALWAYS AS (CASE WHEN audience = 'staff' THEN subject END) STORED
               CONSTRAINT sessions_staff_fkey REFERENCES staff
);
CREATE INDEX sessions_subject ON sessions (subject, expires_at);

CREATE TABLE session_tokens (
    hash       bytea       CONSTRAINT session_tokens_pkey PRIMARY KEY CONSTRAINT session_tokens_hash CHECK (length(hash) = 32),
    family     uuid        NOT NULL CONSTRAINT session_tokens_family_fkey REFERENCES sessions ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    spent_at   timestamptz
);
-- At most one token of a session can be used.
CREATE UNIQUE INDEX session_tokens_one_unspent ON session_tokens (family) WHERE spent_at IS NULL;
CREATE INDEX session_tokens_family ON session_tokens (family, expires_at);

-- +goose Down
DROP TABLE session_tokens;
DROP TABLE sessions;
DROP TABLE staff;
DROP TABLE riders;
