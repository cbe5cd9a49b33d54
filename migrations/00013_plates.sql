-- +goose Up

-- Two plates that differ in case alone are one to the people who read them.
CREATE UNIQUE INDEX scooters_plate_folded ON scooters (lower(plate));
DROP INDEX renumberings_number_reserved;
CREATE UNIQUE INDEX renumberings_number_reserved ON renumberings (lower(to_plate)) WHERE ended_at IS NULL;

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION scooters_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM renumberings WHERE lower(to_plate) = lower(NEW.plate) AND ended_at IS NULL AND scooter_id <> NEW.id) THEN
        RAISE EXCEPTION 'the number % is being given to another scooter', NEW.plate
            USING ERRCODE = 'unique_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'scooters_plate_key';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION scooters_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM renumberings WHERE to_plate = NEW.plate AND ended_at IS NULL AND scooter_id <> NEW.id) THEN
        RAISE EXCEPTION 'the number % is being given to another scooter', NEW.plate
            USING ERRCODE = 'unique_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'scooters_plate_key';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

DROP INDEX renumberings_number_reserved;
CREATE UNIQUE INDEX renumberings_number_reserved ON renumberings (to_plate) WHERE ended_at IS NULL;
DROP INDEX scooters_plate_folded;
