-- +goose Up
-- A rollout brings one image to many scooters. plan is what staff say of it.
CREATE TABLE rollouts (
    id          uuid        PRIMARY KEY,
    name        text        NOT NULL CONSTRAINT rollouts_name CHECK (name <> ''),
    image_id    uuid        NOT NULL CONSTRAINT rollouts_image_fkey REFERENCES firmware_images,
    plan        jsonb       NOT NULL CONSTRAINT rollouts_plan CHECK (jsonb_typeof(plan) = 'object'),
    state       text        NOT NULL DEFAULT 'draft' CONSTRAINT rollouts_state CHECK (state IN
                ('draft', 'waiting_for_approval', 'ready', 'running', 'paused', 'stopping', 'stopped', 'finished')),
    halt        text        NOT NULL DEFAULT '' CONSTRAINT rollouts_halt CHECK (halt IN ('', 'staff', 'errors', 'success', 'image_retired')),
    halt_group  integer     NOT NULL DEFAULT 0,
    reason      text        NOT NULL DEFAULT '',
    round       integer     NOT NULL DEFAULT 0, -- of beginning upgrades, as the workflow counts them
    created_by  uuid        NOT NULL CONSTRAINT rollouts_created_by_fkey REFERENCES staff,
    changed_by  uuid        NOT NULL CONSTRAINT rollouts_changed_by_fkey REFERENCES staff,
    approved_by uuid        CONSTRAINT rollouts_approved_by_fkey REFERENCES staff,
    started_by  uuid        CONSTRAINT rollouts_started_by_fkey REFERENCES staff,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    ended_at    timestamptz,
    CONSTRAINT rollouts_why_paused CHECK ((state = 'paused') = (halt <> '')),
    CONSTRAINT rollouts_ended CHECK ((state IN ('stopped', 'finished')) = (ended_at IS NOT NULL)),
    CONSTRAINT rollouts_started CHECK ((started_at IS NULL) = (started_by IS NULL)
        AND (state NOT IN ('running', 'paused', 'stopping', 'finished') OR started_at IS NOT NULL)),
    CONSTRAINT rollouts_plan_name CHECK (plan ->> 'name' = name AND plan ->> 'image_id' = image_id::text)
);
CREATE INDEX rollouts_created ON rollouts (created_at, id);
CREATE INDEX rollouts_of_image ON rollouts (image_id);

-- What was approved is what is rolled out, and a rollout that was stopped stays so.
-- +goose StatementBegin
CREATE FUNCTION rollouts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'stopped' OR (OLD.state = 'finished' AND NEW.state <> 'running') OR NEW.round < OLD.round
            OR (OLD.state <> 'draft' AND (OLD.plan, OLD.image_id) IS DISTINCT FROM (NEW.plan, NEW.image_id))
            OR (OLD.started_at IS NOT NULL AND (OLD.started_at, OLD.started_by) IS DISTINCT FROM (NEW.started_at, NEW.started_by)) THEN
        RAISE EXCEPTION 'rollout % can not become that', OLD.id
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'rollouts_decided';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER rollouts_guard BEFORE UPDATE ON rollouts FOR EACH ROW EXECUTE FUNCTION rollouts_guard();
CREATE TRIGGER rollouts_kept BEFORE DELETE ON rollouts FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE rollout_groups (
    rollout_id uuid    NOT NULL CONSTRAINT rollout_groups_rollout_fkey REFERENCES rollouts,
    number     integer NOT NULL CONSTRAINT rollout_groups_number CHECK (number > 0),
    excused    integer NOT NULL DEFAULT 0 CONSTRAINT rollout_groups_excused CHECK (excused >= 0),
    passed     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (rollout_id, number)
);

-- A scooter in a rollout. While it runs or is parked, upgrade_id is the upgrade that does it; that one's end is the target's.
CREATE TABLE rollout_targets (
    rollout_id uuid        NOT NULL,
    scooter_id bigint      NOT NULL CONSTRAINT rollout_targets_scooter_fkey REFERENCES scooters,
    number     integer     NOT NULL, -- of the group
    position   integer     NOT NULL, -- in the group
    state      text        NOT NULL DEFAULT 'pending' CONSTRAINT rollout_targets_state
                           CHECK (state IN ('pending', 'running', 'done', 'failed', 'parked', 'skipped')),
    trouble    text        NOT NULL DEFAULT '',
    tries      integer     NOT NULL DEFAULT 0, -- upgrades that were begun for it
    waits      integer     NOT NULL DEFAULT 0, -- how often in a row it was not ready when its turn came
    upgrade_id uuid,
    round      integer     NOT NULL DEFAULT 0, -- in which it was begun last
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rollout_targets_pkey PRIMARY KEY (rollout_id, scooter_id),
    CONSTRAINT rollout_targets_group_fkey FOREIGN KEY (rollout_id, number) REFERENCES rollout_groups,
    CONSTRAINT rollout_targets_place UNIQUE (rollout_id, number, position),
    CONSTRAINT rollout_targets_upgrade CHECK (state NOT IN ('running', 'parked', 'failed') OR upgrade_id IS NOT NULL)
);
CREATE INDEX rollout_targets_standing ON rollout_targets (rollout_id, number, state);
CREATE INDEX rollout_targets_of_scooter ON rollout_targets (scooter_id);
CREATE UNIQUE INDEX rollout_targets_of_upgrade ON rollout_targets (upgrade_id) WHERE upgrade_id IS NOT NULL;

-- How a scooter stands in its rollout by how its upgrade stands: the same as firmware.StandingOf.
CREATE FUNCTION rollout_standing(state text, trouble text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN state = 'parked' THEN 'parked'
        WHEN state NOT IN ('done', 'failed', 'aborted') THEN 'running'
        WHEN state = 'done' OR trouble = 'same' THEN 'done'
        WHEN trouble IN ('model', 'downgrade') THEN 'skipped'
        WHEN state = 'failed' AND trouble IN ('silent', 'powered_on', 'battery_low', 'held', 'not_begun') THEN 'pending'
        ELSE 'failed'
    END
$$;

-- With the upgrade, whoever ends it, in the same transaction.
-- +goose StatementBegin
CREATE FUNCTION rollout_targets_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rollout_targets t SET state = now.state, trouble = NEW.trouble, updated_at = NEW.updated_at,
        waits = CASE WHEN now.state = 'pending' THEN t.waits + 1 ELSE 0 END
    FROM (SELECT rollout_standing(NEW.state, NEW.trouble) AS state) now
    WHERE t.upgrade_id = NEW.id AND (t.state, t.trouble) IS DISTINCT FROM (now.state, NEW.trouble);
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER upgrades_rollout AFTER UPDATE OF state, trouble ON upgrades FOR EACH ROW
    WHEN (NEW.rollout_id IS NOT NULL AND (NEW.state, NEW.trouble) IS DISTINCT FROM (OLD.state, OLD.trouble))
    EXECUTE FUNCTION rollout_targets_follow();
ALTER TABLE upgrades ADD CONSTRAINT upgrades_rollout_fkey FOREIGN KEY (rollout_id) REFERENCES rollouts;

-- +goose Down
ALTER TABLE upgrades DROP CONSTRAINT upgrades_rollout_fkey;
DROP TRIGGER upgrades_rollout ON upgrades;
DROP FUNCTION rollout_targets_follow();
DROP FUNCTION rollout_standing(text, text);
DROP TABLE rollout_targets;
DROP TABLE rollout_groups;
DROP TABLE rollouts;
DROP FUNCTION rollouts_guard();
