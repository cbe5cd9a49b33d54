-- +goose Up
-- The log-ins of other services that open an account. Subjects are those services' own names of a person.
CREATE TABLE rider_logins (
    service   text        NOT NULL CONSTRAINT rider_logins_service CHECK (service ~ '^[a-z][a-z0-9-]{0,31}$'),
    subject   text        NOT NULL CONSTRAINT rider_logins_subject CHECK (length(subject) BETWEEN 1 AND 255),
    rider_id  uuid        NOT NULL CONSTRAINT rider_logins_rider_fkey REFERENCES riders,
    linked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rider_logins_pkey PRIMARY KEY (service, subject),
    CONSTRAINT rider_logins_one_of_service UNIQUE (rider_id, service)
);

-- Log-ins that another service was asked for. What holds one together is stored as hashes only; PKCE verifier and nonce are made again
-- from the state when it comes back.
CREATE TABLE login_flows (
    state      bytea       CONSTRAINT login_flows_pkey PRIMARY KEY CONSTRAINT login_flows_state CHECK (length(state) = 32),
    browser    bytea       NOT NULL CONSTRAINT login_flows_browser CHECK (length(browser) = 32),
    service    text        NOT NULL,
    challenge  text        NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX login_flows_expire ON login_flows (expires_at);

-- What came of them, until the app that began fetches it.
CREATE TABLE login_codes (
    hash       bytea       CONSTRAINT login_codes_pkey PRIMARY KEY CONSTRAINT login_codes_hash CHECK (length(hash) = 32),
    challenge  text        NOT NULL,
    service    text        NOT NULL,
    subject    text        NOT NULL,
    email      text        NOT NULL, -- empty unless the service has verified it
    first_name text        NOT NULL,
    last_name  text        NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX login_codes_expire ON login_codes (expires_at);

-- +goose Down
DROP TABLE login_codes;
DROP TABLE login_flows;
DROP TABLE rider_logins;
