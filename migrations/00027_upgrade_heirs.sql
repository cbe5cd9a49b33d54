-- +goose Up
-- heirs is how often another run took an upgrade over, because the one that had it was ended from outside. Nothing else gives an
-- upgrade to another run.
ALTER TABLE upgrades ADD COLUMN heirs integer NOT NULL DEFAULT 0 CONSTRAINT upgrades_heirs CHECK (heirs >= 0);
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION upgrades_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR (OLD.run_id IS NOT NULL AND (NEW.run_id IS DISTINCT FROM OLD.run_id) <> (NEW.heirs = OLD.heirs + 1))
            OR NEW.seq < OLD.seq OR NEW.heirs NOT IN (OLD.heirs, OLD.heirs + 1)
            OR (OLD.id, OLD.scooter_id, OLD.plate, OLD.image_id, OLD.rollout_id, OLD.staff_id, OLD.packets, OLD.started_at)
            IS DISTINCT FROM (NEW.id, NEW.scooter_id, NEW.plate, NEW.image_id, NEW.rollout_id, NEW.staff_id, NEW.packets, NEW.started_at) THEN
        RAISE EXCEPTION 'upgrade % can not become that', OLD.id
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'upgrades_decided';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION upgrades_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
ALTER TABLE upgrades DROP COLUMN heirs;
