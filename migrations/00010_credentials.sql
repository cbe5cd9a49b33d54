-- +goose Up
-- What a scooter logs in with at the broker. A box may have two for a while: the old one stays until the new one is proven.
-- sealed is the password under a key of the configuration (package seal); digest is its SHA-256, for brokers that look it up
-- here: a password is random enough for a bare hash. A revoked credential keeps neither.
CREATE TABLE mqtt_credentials (
    id           uuid        PRIMARY KEY,
    scooter_id   bigint      NOT NULL CONSTRAINT mqtt_credentials_scooter_fkey REFERENCES scooters,
    username     text        NOT NULL CONSTRAINT mqtt_credentials_username_key UNIQUE
                             CONSTRAINT mqtt_credentials_username CHECK (username ~ '^[0-9A-Za-z._-]{1,64}$'),
    sealed       text,
    digest       bytea       CONSTRAINT mqtt_credentials_digest CHECK (length(digest) = 32),
    state        text        NOT NULL CONSTRAINT mqtt_credentials_state CHECK (state IN ('bootstrap', 'issued', 'active', 'revoked')),
    created_at   timestamptz NOT NULL DEFAULT now(),
    activated_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT mqtt_credentials_revoked CHECK ((state = 'revoked') = (revoked_at IS NOT NULL)),
    CONSTRAINT mqtt_credentials_secret CHECK ((state = 'revoked') = (sealed IS NULL) AND (sealed IS NULL) = (digest IS NULL)),
    CONSTRAINT mqtt_credentials_active CHECK (state <> 'active' OR activated_at IS NOT NULL)
);
CREATE UNIQUE INDEX mqtt_credentials_one_a_state ON mqtt_credentials (scooter_id, state) WHERE state <> 'revoked';
CREATE INDEX mqtt_credentials_scooter ON mqtt_credentials (scooter_id);

-- What a box told of itself when it was asked (21, 24, 35, 97). Of its server only what is no secret.
CREATE TABLE scooter_boxes (
    scooter_id   bigint      PRIMARY KEY CONSTRAINT scooter_boxes_scooter_fkey REFERENCES scooters,
    hardware     text        NOT NULL DEFAULT '',
    firmware     text        NOT NULL DEFAULT '',
    sim          text        NOT NULL DEFAULT '', -- ICCID
    imei         text        NOT NULL DEFAULT '', -- as told, which need not be what is registered
    signal       integer,
    plate        text        NOT NULL DEFAULT '', -- as told
    gps_seconds  integer     NOT NULL DEFAULT 0,
    port         integer     NOT NULL DEFAULT 0,
    asked_at     timestamptz NOT NULL,
    onboarded_at timestamptz
);

-- The taking in of a scooter, by the workflow onboarding/<plate>. trouble is why it waits for staff.
CREATE TABLE onboardings (
    id         uuid        PRIMARY KEY,
    scooter_id bigint      NOT NULL CONSTRAINT onboardings_scooter_fkey REFERENCES scooters,
    plate      text        NOT NULL,
    staff_id   uuid        CONSTRAINT onboardings_staff_fkey REFERENCES staff, -- null: by itself
    reason     text        NOT NULL DEFAULT '',
    state      text        NOT NULL CONSTRAINT onboardings_state CHECK (state IN
               ('waiting', 'asking', 'switching', 'confirming', 'parked', 'done', 'aborted')),
    trouble    text        NOT NULL DEFAULT '' CONSTRAINT onboardings_trouble CHECK (trouble IN
               ('', 'silent', 'imei_mismatch', 'refused', 'not_switched', 'not_back', 'broker')),
    detail     text        NOT NULL DEFAULT '',
    seq        integer     NOT NULL DEFAULT 0, -- of the workflow's last word
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    CONSTRAINT onboardings_ended CHECK ((state IN ('done', 'aborted')) = (ended_at IS NOT NULL)),
    CONSTRAINT onboardings_parked CHECK ((state = 'parked') = (trouble <> ''))
);
CREATE UNIQUE INDEX onboardings_one_open ON onboardings (scooter_id) WHERE ended_at IS NULL;
CREATE INDEX onboardings_of_scooter ON onboardings (scooter_id, started_at DESC);

-- The giving of another vehicle number (103), by the workflow scooter/<plate>.
CREATE TABLE renumberings (
    id         uuid        PRIMARY KEY,
    scooter_id bigint      NOT NULL CONSTRAINT renumberings_scooter_fkey REFERENCES scooters,
    from_plate text        NOT NULL,
    to_plate   text        NOT NULL CONSTRAINT renumberings_to_plate
                           CHECK (to_plate ~ '^[^/+#$[:cntrl:]]{1,64}$' AND to_plate NOT IN ('bike', 'o') AND to_plate <> from_plate),
    staff_id   uuid        NOT NULL CONSTRAINT renumberings_staff_fkey REFERENCES staff,
    reason     text        NOT NULL,
    run_id     text        CONSTRAINT renumberings_run CHECK (run_id <> ''), -- null: its workflow has not begun
    state      text        NOT NULL CONSTRAINT renumberings_state CHECK (state IN ('running', 'stuck', 'done', 'undone')),
    trouble    text        NOT NULL DEFAULT '',
    seq        integer     NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    CONSTRAINT renumberings_ended CHECK ((state IN ('done', 'undone')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX renumberings_one_open ON renumberings (scooter_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX renumberings_number_reserved ON renumberings (to_plate) WHERE ended_at IS NULL;
CREATE INDEX renumberings_of_scooter ON renumberings (scooter_id, started_at DESC);

-- A number that a scooter is being given is nobody else's.
-- +goose StatementBegin
CREATE FUNCTION scooters_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM renumberings WHERE to_plate = NEW.plate AND ended_at IS NULL AND scooter_id <> NEW.id) THEN
        RAISE EXCEPTION 'the number % is being given to another scooter', NEW.plate
            USING ERRCODE = 'unique_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'scooters_plate_key';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER scooters_number BEFORE INSERT OR UPDATE OF plate ON scooters FOR EACH ROW EXECUTE FUNCTION scooters_number();

-- For brokers that look up accounts here, such as EMQX: who may log in, and what they may do.
CREATE VIEW mqtt_users AS
    SELECT username, encode(digest, 'hex') AS password_hash FROM mqtt_credentials WHERE state <> 'revoked';
CREATE VIEW mqtt_rights AS
    WITH numbers AS (
        SELECT c.username, s.plate FROM mqtt_credentials c JOIN scooters s ON s.id = c.scooter_id WHERE c.state <> 'revoked'
        UNION ALL SELECT c.username, r.to_plate FROM mqtt_credentials c JOIN renumberings r ON r.scooter_id = c.scooter_id
        WHERE c.state <> 'revoked' AND r.ended_at IS NULL
    )
    SELECT username, 'all' AS action, plate AS topic, 'allow' AS permission FROM numbers
    UNION SELECT username, 'publish', topic, 'allow' FROM numbers, (VALUES ('bike'), ('o')) AS reports (topic);

ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (kind IN ('not_secured', 'fault_at_start', 'onboarding', 'renumbering'));

-- +goose Down
DELETE FROM alerts WHERE kind IN ('onboarding', 'renumbering');
ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (kind IN ('not_secured', 'fault_at_start'));
DROP TRIGGER scooters_number ON scooters;
DROP FUNCTION scooters_number();
DROP VIEW mqtt_rights;
DROP VIEW mqtt_users;
DROP TABLE renumberings;
DROP TABLE onboardings;
DROP TABLE scooter_boxes;
DROP TABLE mqtt_credentials;
