-- +goose Up

-- Machines that work with the API: what they may do is a list of permissions, and staff keep them. A name never looks like an email,
-- so that the audit log tells them from people.
CREATE TABLE services (
    id               uuid        PRIMARY KEY,
    name             text        NOT NULL CONSTRAINT services_name CHECK (name ~ '^[0-9A-Za-z][0-9A-Za-z ._-]{1,59}$'),
    permissions      text[]      NOT NULL CONSTRAINT services_permissions CHECK (
                                     cardinality(permissions) > 0 AND permissions <@ ARRAY['view', 'operate', 'pricing', 'money']),
    networks         cidr[]      NOT NULL DEFAULT '{}', -- empty: from anywhere
    created_at       timestamptz NOT NULL DEFAULT now(),
    expires_at       timestamptz,
    suspended_at     timestamptz,
    suspended_reason text        NOT NULL DEFAULT '',
    deleted_at       timestamptz,
    used_at          timestamptz,
    used_from        text        NOT NULL DEFAULT '',
    CONSTRAINT services_suspended CHECK ((suspended_at IS NULL) = (suspended_reason = ''))
);
CREATE UNIQUE INDEX services_name_key ON services (lower(name)) WHERE deleted_at IS NULL;

-- A secret is 256 random bits, of which only the hash is kept. One that is taken away takes its tokens along.
CREATE TABLE service_secrets (
    id         uuid        PRIMARY KEY,
    service_id uuid        NOT NULL CONSTRAINT service_secrets_service_fkey REFERENCES services,
    hash       bytea       NOT NULL CONSTRAINT service_secrets_hash_key UNIQUE CONSTRAINT service_secrets_hash CHECK (length(hash) = 32),
    tokens     uuid        NOT NULL DEFAULT gen_random_uuid(), -- what its tokens name: with another one they are over
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz
);
CREATE INDEX service_secrets_service ON service_secrets (service_id);

-- What a service did has its name where that of a member of staff has the email.
ALTER TABLE audit_log
    ADD COLUMN service_id uuid CONSTRAINT audit_log_service_fkey REFERENCES services,
    ADD CONSTRAINT audit_log_one_actor CHECK (staff_id IS NULL OR service_id IS NULL);

-- The hash of what staff did is what it always was; that of what a service did has the service at the end.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_hash(before bytea, seq bigint, e audit_log) RETURNS bytea LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT sha256(before || convert_to(string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), ',' ORDER BY n), 'UTF8'))
    FROM unnest(ARRAY[
        seq::text, e.id::text, extract(epoch FROM e.at)::text, e.staff_id::text, e.staff_email, e.action, e.subject,
        e.before::text, e.after::text, e.reason, e.address, e.request_id
    ] || CASE WHEN e.service_id IS NULL THEN '{}' ELSE ARRAY[e.service_id::text] END) WITH ORDINALITY AS content(field, n);
END;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION audit_hash(before bytea, seq bigint, e audit_log) RETURNS bytea LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT sha256(before || convert_to(string_agg(coalesce(octet_length(convert_to(field, 'UTF8')) || ':' || field, '-'), ',' ORDER BY n), 'UTF8'))
    FROM unnest(ARRAY[
        seq::text, e.id::text, extract(epoch FROM e.at)::text, e.staff_id::text, e.staff_email, e.action, e.subject,
        e.before::text, e.after::text, e.reason, e.address, e.request_id
    ]) WITH ORDINALITY AS content(field, n);
END;
-- +goose StatementEnd
ALTER TABLE audit_log DROP CONSTRAINT audit_log_one_actor, DROP COLUMN service_id;
DROP TABLE service_secrets;
DROP TABLE services;
