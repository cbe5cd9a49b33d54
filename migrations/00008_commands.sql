-- +goose Up
ALTER TABLE staff ADD COLUMN permissions text[] NOT NULL DEFAULT '{}' CONSTRAINT staff_permissions CHECK (permissions <@
    ARRAY['view', 'operate', 'pricing', 'money', 'people', 'firmware', 'dangerous_commands', 'admin']);
UPDATE staff SET permissions = '{view,operate}'; -- what they could do so far

-- What staff did, with the email that they had then: an account may be renamed, this row may not.
CREATE TABLE audit_log (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT now(),
    staff_id    uuid        CONSTRAINT audit_log_staff_fkey REFERENCES staff, -- null: whoever has the machine itself
    staff_email text        NOT NULL,
    action      text        NOT NULL CONSTRAINT audit_log_action CHECK (action ~ '^[a-z]+(\.[a-z0-9_-]+)+$'),
    subject     text        NOT NULL CONSTRAINT audit_log_subject CHECK (subject <> ''),
    before      jsonb,
    after       jsonb,
    reason      text        NOT NULL DEFAULT '',
    address     text        NOT NULL DEFAULT '',
    request_id  text        NOT NULL DEFAULT ''
);
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_staff ON audit_log (staff_email, id);
CREATE INDEX audit_log_action_id ON audit_log (action, id);
CREATE INDEX audit_log_subject_id ON audit_log (subject, id);
CREATE TRIGGER audit_log_immutable BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_log_kept BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A command of staff, stored before anything is sent. Its workflow is command/<id>.
CREATE TABLE commands (
    id          uuid        PRIMARY KEY,
    scooter_id  bigint      NOT NULL CONSTRAINT commands_scooter_fkey REFERENCES scooters,
    plate       text        NOT NULL, -- what the scooter was called then
    staff_id    uuid        NOT NULL CONSTRAINT commands_staff_fkey REFERENCES staff,
    reason      text        NOT NULL DEFAULT '',
    code        integer     NOT NULL CONSTRAINT commands_code CHECK (code BETWEEN 1 AND 255),
    name        text        NOT NULL,
    args        jsonb       NOT NULL DEFAULT '{}' CONSTRAINT commands_args CHECK (jsonb_typeof(args) = 'object'), -- secrets hidden
    ride        text        NOT NULL DEFAULT '' CONSTRAINT commands_ride CHECK (ride IN ('', 'pause', 'end')),
    rental_id   uuid        CONSTRAINT commands_rental_fkey REFERENCES rentals, -- that held the scooter then
    key         text        CONSTRAINT commands_key CHECK (length(key) BETWEEN 1 AND 128),
    digest      text        NOT NULL DEFAULT '',
    asked_at    timestamptz NOT NULL,
    deadline    timestamptz NOT NULL,
    finished_at timestamptz,
    outcome     text        NOT NULL DEFAULT '' CONSTRAINT commands_outcome
                            CHECK (outcome IN ('', 'done', 'refused', 'silent', 'sent', 'unsent')),
    unsent      text        NOT NULL DEFAULT '',
    attempts    integer     NOT NULL DEFAULT 0 CONSTRAINT commands_attempts CHECK (attempts >= 0),
    ack         jsonb,
    CONSTRAINT commands_key_digest CHECK (key IS NULL OR digest <> ''),
    CONSTRAINT commands_finished CHECK ((outcome = '') = (finished_at IS NULL)),
    CONSTRAINT commands_unsent CHECK ((outcome = 'unsent') = (unsent <> '')),
    CONSTRAINT commands_acked CHECK (outcome NOT IN ('done', 'refused') OR ack IS NOT NULL)
);
CREATE UNIQUE INDEX commands_key_of_staff ON commands (staff_id, key) WHERE key IS NOT NULL;
CREATE INDEX commands_of_scooter ON commands (scooter_id, code, finished_at DESC) WHERE outcome = 'done';

-- What was asked never changes, and how it ended is decided once.
-- +goose StatementBegin
CREATE FUNCTION commands_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> '' OR (OLD.id, OLD.scooter_id, OLD.staff_id, OLD.code, OLD.args, OLD.reason, OLD.ride, OLD.rental_id, OLD.asked_at)
            IS DISTINCT FROM (NEW.id, NEW.scooter_id, NEW.staff_id, NEW.code, NEW.args, NEW.reason, NEW.ride, NEW.rental_id, NEW.asked_at) THEN
        RAISE EXCEPTION 'command % is decided', OLD.id
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'commands_decided';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER commands_guard BEFORE UPDATE ON commands FOR EACH ROW EXECUTE FUNCTION commands_guard();
CREATE TRIGGER commands_kept BEFORE DELETE ON commands FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Every frame that was sent to a scooter, or could not be, with its answer: the scooter's history. Secrets are hidden in it.
CREATE TABLE sends (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    send_id    text        NOT NULL CONSTRAINT sends_send_id_key UNIQUE,
    scooter_id bigint      CONSTRAINT sends_scooter_fkey REFERENCES scooters, -- null: nobody had this plate then
    plate      text        NOT NULL,
    code       integer     NOT NULL CONSTRAINT sends_code CHECK (code BETWEEN 1 AND 255),
    origin     text        NOT NULL CONSTRAINT sends_origin
                           CHECK (origin IN ('rental', 'command', 'onboarding', 'renumbering', 'upgrade')),
    origin_id  text        NOT NULL, -- of the rental, the command, ...
    asked_at   timestamptz NOT NULL,
    sent       bytea,
    sent_at    timestamptz,
    received   bytea,
    received_at timestamptz,
    outcome    text        NOT NULL CONSTRAINT sends_outcome CHECK (outcome IN ('done', 'refused', 'silent', 'sent', 'unsent')),
    status     integer,
    unsent     text        NOT NULL DEFAULT '',
    CONSTRAINT sends_unsent CHECK ((outcome = 'unsent') = (unsent <> '')),
    CONSTRAINT sends_answered CHECK (outcome NOT IN ('done', 'refused') OR received_at IS NOT NULL),
    CONSTRAINT sends_frames CHECK (coalesce(length(sent), 0) <= 8192 AND coalesce(length(received), 0) <= 8192)
);
CREATE INDEX sends_of_scooter ON sends (scooter_id, asked_at DESC, id DESC);
CREATE INDEX sends_of_scooter_by_code ON sends (scooter_id, code, asked_at DESC, id DESC);
CREATE INDEX sends_of_origin ON sends (origin_id);

-- A silent send may still be answered, which is all that may happen to it.
-- +goose StatementBegin
CREATE FUNCTION sends_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> 'silent' OR (OLD.send_id, OLD.scooter_id, OLD.code, OLD.origin, OLD.origin_id, OLD.asked_at, OLD.sent)
            IS DISTINCT FROM (NEW.send_id, NEW.scooter_id, NEW.code, NEW.origin, NEW.origin_id, NEW.asked_at, NEW.sent) THEN
        RAISE EXCEPTION 'send % is over', OLD.send_id
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'sends_over';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER sends_guard BEFORE UPDATE ON sends FOR EACH ROW EXECUTE FUNCTION sends_guard();
CREATE TRIGGER sends_kept BEFORE DELETE ON sends FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE sends;
DROP FUNCTION sends_guard();
DROP TABLE commands;
DROP FUNCTION commands_guard();
DROP TABLE audit_log;
ALTER TABLE staff DROP COLUMN permissions;
