-- +goose Up
-- The bytes of images, by what they are: nothing else can ever be stored under their SHA-256, and they are stored once.
CREATE TABLE firmware_bytes (
    sha256 text    CONSTRAINT firmware_bytes_pkey PRIMARY KEY,
    size   integer NOT NULL CONSTRAINT firmware_bytes_limit CHECK (size BETWEEN 1 AND 67108864),
    bytes  bytea   NOT NULL,
    CONSTRAINT firmware_bytes_size CHECK (length(bytes) = size),
    CONSTRAINT firmware_bytes_digest CHECK (encode(sha256(bytes), 'hex') = sha256),
    CONSTRAINT firmware_bytes_key UNIQUE (sha256, size)
);
ALTER TABLE firmware_bytes ALTER COLUMN bytes SET STORAGE EXTERNAL; -- firmware is packed already
CREATE TRIGGER firmware_bytes_immutable BEFORE UPDATE OR DELETE ON firmware_bytes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER firmware_bytes_kept BEFORE TRUNCATE ON firmware_bytes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What was uploaded for a model, signed with an operator's key. A version is one image's for good.
CREATE TABLE firmware_images (
    id            uuid        PRIMARY KEY,
    model_id      bigint      NOT NULL CONSTRAINT firmware_images_model_fkey REFERENCES models,
    version       text        NOT NULL CONSTRAINT firmware_images_version CHECK (version ~ '^[0-9A-Za-z._+-]{1,64}$'),
    notes         text        NOT NULL DEFAULT '',
    size          integer     NOT NULL,
    sha256        text        NOT NULL,
    key_name      text        NOT NULL CONSTRAINT firmware_images_key_name CHECK (key_name <> ''),
    signature     bytea       NOT NULL CONSTRAINT firmware_images_signature CHECK (length(signature) = 64),
    downgrade     boolean     NOT NULL DEFAULT false,
    staff_id      uuid        NOT NULL CONSTRAINT firmware_images_staff_fkey REFERENCES staff,
    created_at    timestamptz NOT NULL DEFAULT now(),
    retired_at    timestamptz,
    retired_by    uuid        CONSTRAINT firmware_images_retired_by_fkey REFERENCES staff,
    retire_reason text        NOT NULL DEFAULT '',
    CONSTRAINT firmware_images_version_key UNIQUE (model_id, version),
    CONSTRAINT firmware_images_bytes_fkey FOREIGN KEY (sha256, size) REFERENCES firmware_bytes (sha256, size),
    CONSTRAINT firmware_images_retired CHECK ((retired_at IS NULL) = (retired_by IS NULL) AND (retired_at IS NULL) = (retire_reason = ''))
);

-- An image is retired, once; nothing else ever changes.
-- +goose StatementBegin
CREATE FUNCTION firmware_images_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.retired_at IS NOT NULL OR (to_jsonb(OLD) - '{retired_at,retired_by,retire_reason}'::text[])
            IS DISTINCT FROM (to_jsonb(NEW) - '{retired_at,retired_by,retire_reason}'::text[]) THEN
        RAISE EXCEPTION 'firmware image % does not change', OLD.id
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'firmware_images_fixed';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER firmware_images_guard BEFORE UPDATE ON firmware_images FOR EACH ROW EXECUTE FUNCTION firmware_images_guard();
CREATE TRIGGER firmware_images_kept BEFORE DELETE ON firmware_images FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER firmware_images_whole BEFORE TRUNCATE ON firmware_images FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The upgrade of one scooter, by the workflow scooter/<plate>. From its run on until it ends it has the scooter.
CREATE TABLE upgrades (
    id           uuid        PRIMARY KEY,
    scooter_id   bigint      NOT NULL CONSTRAINT upgrades_scooter_fkey REFERENCES scooters,
    plate        text        NOT NULL, -- what the scooter was called then
    image_id     uuid        NOT NULL CONSTRAINT upgrades_image_fkey REFERENCES firmware_images,
    rollout_id   uuid,                 -- null: staff asked for this one scooter
    staff_id     uuid        NOT NULL CONSTRAINT upgrades_staff_fkey REFERENCES staff,
    reason       text        NOT NULL,
    downgrade    boolean     NOT NULL DEFAULT false,
    run_id       text        CONSTRAINT upgrades_run CHECK (run_id <> ''), -- null: its workflow has not begun
    state        text        NOT NULL DEFAULT 'checking' CONSTRAINT upgrades_state CHECK (state IN
                 ('checking', 'starting', 'sending', 'finishing', 'rebooting', 'verifying', 'parked', 'aborting', 'done', 'failed', 'aborted')),
    trouble      text        NOT NULL DEFAULT '' CONSTRAINT upgrades_trouble CHECK (trouble ~ '^[a-z_]{0,40}$'),
    detail       text        NOT NULL DEFAULT '',
    from_version text        NOT NULL DEFAULT '',
    attempt      integer     NOT NULL DEFAULT 0 CONSTRAINT upgrades_attempt CHECK (attempt >= 0),
    packets      integer     NOT NULL CONSTRAINT upgrades_packets CHECK (packets > 0),
    sent         integer     NOT NULL DEFAULT 0,
    failures     integer     NOT NULL DEFAULT 0 CONSTRAINT upgrades_failures CHECK (failures >= 0),
    seq          integer     NOT NULL DEFAULT 0, -- of the workflow's last word
    started_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    parked_at    timestamptz,
    ended_at     timestamptz,
    CONSTRAINT upgrades_sent CHECK (sent BETWEEN 0 AND packets),
    CONSTRAINT upgrades_ended CHECK ((state IN ('done', 'failed', 'aborted')) = (ended_at IS NOT NULL)),
    CONSTRAINT upgrades_parked CHECK ((state = 'parked') = (parked_at IS NOT NULL)),
    CONSTRAINT upgrades_why CHECK (state NOT IN ('parked', 'failed', 'aborted') OR trouble <> '') -- nobody waits without knowing for what
);
CREATE UNIQUE INDEX upgrades_one_open ON upgrades (scooter_id) WHERE ended_at IS NULL;
CREATE INDEX upgrades_of_scooter ON upgrades (scooter_id, started_at DESC);
CREATE INDEX upgrades_of_image ON upgrades (image_id);
CREATE INDEX upgrades_of_rollout ON upgrades (rollout_id) WHERE rollout_id IS NOT NULL;
CREATE INDEX upgrades_started ON upgrades (started_at, id);

-- What is over stays, what it is for does not change, and one run alone has it.
-- +goose StatementBegin
CREATE FUNCTION upgrades_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR (OLD.run_id IS NOT NULL AND NEW.run_id IS DISTINCT FROM OLD.run_id) OR NEW.seq < OLD.seq
            OR (OLD.id, OLD.scooter_id, OLD.plate, OLD.image_id, OLD.rollout_id, OLD.staff_id, OLD.packets, OLD.started_at)
            IS DISTINCT FROM (NEW.id, NEW.scooter_id, NEW.plate, NEW.image_id, NEW.rollout_id, NEW.staff_id, NEW.packets, NEW.started_at) THEN
        RAISE EXCEPTION 'upgrade % can not become that', OLD.id
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'upgrades_decided';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER upgrades_guard BEFORE UPDATE ON upgrades FOR EACH ROW EXECUTE FUNCTION upgrades_guard();
CREATE TRIGGER upgrades_kept BEFORE DELETE ON upgrades FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- firmware is what the box said last that it runs, at firmware_at; '' is unknown.
ALTER TABLE scooters
    ADD COLUMN firmware    text NOT NULL DEFAULT '',
    ADD COLUMN firmware_at timestamptz,
    DROP CONSTRAINT scooters_hold,
    ADD CONSTRAINT scooters_hold CHECK (hold IN ('free', 'reserved', 'in_use', 'securing', 'upgrading')),
    ADD CONSTRAINT scooters_firmware CHECK (firmware = '' OR firmware_at IS NOT NULL);
UPDATE scooters s SET firmware = b.firmware, firmware_at = b.asked_at FROM scooter_boxes b WHERE b.scooter_id = s.id AND b.firmware <> '';

ALTER TABLE scooter_events
    ADD COLUMN upgrade_id uuid CONSTRAINT scooter_events_upgrade_fkey REFERENCES upgrades,
    DROP CONSTRAINT scooter_events_hold,
    ADD CONSTRAINT scooter_events_hold CHECK (hold IN ('free', 'reserved', 'in_use', 'securing', 'upgrading'));

ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (kind IN ('not_secured', 'fault_at_start', 'onboarding', 'renumbering', 'upgrade'));

-- +goose Down
DELETE FROM alerts WHERE kind = 'upgrade';
ALTER TABLE alerts DROP CONSTRAINT alerts_kind;
ALTER TABLE alerts ADD CONSTRAINT alerts_kind CHECK (kind IN ('not_secured', 'fault_at_start', 'onboarding', 'renumbering'));
ALTER TABLE scooter_events DISABLE TRIGGER scooter_events_immutable;
DELETE FROM scooter_events WHERE hold = 'upgrading';
ALTER TABLE scooter_events ENABLE TRIGGER scooter_events_immutable;
ALTER TABLE scooter_events
    DROP COLUMN upgrade_id,
    DROP CONSTRAINT scooter_events_hold,
    ADD CONSTRAINT scooter_events_hold CHECK (hold IN ('free', 'reserved', 'in_use', 'securing'));
UPDATE scooters SET hold = 'free' WHERE hold = 'upgrading';
ALTER TABLE scooters
    DROP COLUMN firmware, -- and its constraint
    DROP COLUMN firmware_at,
    DROP CONSTRAINT scooters_hold,
    ADD CONSTRAINT scooters_hold CHECK (hold IN ('free', 'reserved', 'in_use', 'securing'));
DROP TABLE upgrades;
DROP FUNCTION upgrades_guard();
DROP TABLE firmware_images;
DROP FUNCTION firmware_images_guard();
DROP TABLE firmware_bytes;
