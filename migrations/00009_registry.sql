-- +goose Up
-- Places where scooters stand and charge. What GBFS names, such as capacity and short_name, has its name.
CREATE TABLE stations (
    id         uuid             PRIMARY KEY,
    short_name text             NOT NULL CONSTRAINT stations_short_name CHECK (short_name ~ '^[0-9A-Za-z_-]{1,20}$'),
    name       text             NOT NULL CONSTRAINT stations_name CHECK (name <> ''),
    address    text             NOT NULL DEFAULT '',
    lat        double precision NOT NULL CONSTRAINT stations_lat CHECK (lat BETWEEN -90 AND 90),
    lng        double precision NOT NULL CONSTRAINT stations_lng CHECK (lng BETWEEN -180 AND 180),
    capacity   integer          NOT NULL CONSTRAINT stations_capacity CHECK (capacity BETWEEN 1 AND 10000),
    charging   boolean          NOT NULL DEFAULT true,
    state      text             NOT NULL DEFAULT 'active' CONSTRAINT stations_state CHECK (state IN ('active', 'maintenance', 'closed')),
    note       text             NOT NULL DEFAULT '',
    created_at timestamptz      NOT NULL DEFAULT now(),
    updated_at timestamptz      NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX stations_short_name_key ON stations (lower(short_name));

-- Every state of a station, and who changed it why.
CREATE TABLE station_events (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    station_id  uuid        NOT NULL CONSTRAINT station_events_station_fkey REFERENCES stations,
    at          timestamptz NOT NULL DEFAULT now(),
    state       text        NOT NULL CONSTRAINT station_events_state CHECK (state IN ('active', 'maintenance', 'closed')),
    capacity    integer     NOT NULL,
    staff_id    uuid        CONSTRAINT station_events_staff_fkey REFERENCES staff,
    staff_email text        NOT NULL DEFAULT '',
    note        text        NOT NULL DEFAULT ''
);
CREATE INDEX station_events_station ON station_events (station_id, at);
CREATE TRIGGER station_events_immutable BEFORE UPDATE OR DELETE ON station_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE models
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();

-- station_id is where the scooter stands; null: free-floating.
ALTER TABLE scooters
    ADD COLUMN station_id uuid CONSTRAINT scooters_station_fkey REFERENCES stations,
    ADD COLUMN note       text NOT NULL DEFAULT '',
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT scooters_retired_stand_nowhere CHECK (service <> 'retired' OR station_id IS NULL);
CREATE INDEX scooters_station ON scooters (station_id) WHERE station_id IS NOT NULL;
CREATE INDEX scooters_model ON scooters (model_id);
CREATE INDEX scooters_updated ON scooters (updated_at, id);

-- kind says what changed; service and hold are as they were after it. place_at is the time that lat and lng hold for, null
-- when they are the last that was stored.
ALTER TABLE scooter_events
    ADD COLUMN kind        text NOT NULL DEFAULT 'status' CONSTRAINT scooter_events_kind CHECK (kind ~ '^[a-z_]{1,40}$'),
    ADD COLUMN station_id  uuid CONSTRAINT scooter_events_station_fkey REFERENCES stations,
    ADD COLUMN staff_id    uuid CONSTRAINT scooter_events_staff_fkey REFERENCES staff,
    ADD COLUMN staff_email text NOT NULL DEFAULT '',
    ADD COLUMN place_at    timestamptz;

-- A station holds no more scooters than it has room for, and a closed one none. The station's row is what two changes at
-- once wait on.
-- +goose StatementBegin
CREATE FUNCTION stations_room() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    station uuid;
    held    bigint;
    place   stations%ROWTYPE;
    broken  text;
BEGIN
    IF TG_TABLE_NAME = 'stations' THEN
        station := NEW.id;
    ELSE
        station := NEW.station_id;
    END IF;
    SELECT * INTO place FROM stations WHERE id = station FOR NO KEY UPDATE;
    SELECT count(*) INTO held FROM scooters WHERE station_id = station;
    IF held > 0 AND place.state = 'closed' THEN
        broken := CASE TG_TABLE_NAME WHEN 'stations' THEN 'stations_occupied' ELSE 'stations_closed' END;
    ELSIF held > place.capacity THEN
        broken := 'stations_room';
    ELSE
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'station % (%) can not hold % scooters', place.short_name, place.state, held
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = broken;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER scooters_station_added AFTER INSERT ON scooters DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.station_id IS NOT NULL) EXECUTE FUNCTION stations_room();
CREATE CONSTRAINT TRIGGER scooters_station_changed AFTER UPDATE OF station_id ON scooters DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.station_id IS NOT NULL AND NEW.station_id IS DISTINCT FROM OLD.station_id) EXECUTE FUNCTION stations_room();
CREATE CONSTRAINT TRIGGER stations_changed AFTER UPDATE OF capacity, state ON stations DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION stations_room();

-- Printed codes that are no longer good, because they were lost, stolen or copied: nobody gets one of them again.
CREATE TABLE spent_codes (
    code       text        CONSTRAINT spent_codes_pkey PRIMARY KEY,
    scooter_id bigint      NOT NULL CONSTRAINT spent_codes_scooter_fkey REFERENCES scooters,
    spent_at   timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER spent_codes_immutable BEFORE UPDATE OR DELETE ON spent_codes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
CREATE FUNCTION scooters_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.qr_code = OLD.qr_code THEN
            RETURN NULL;
        END IF;
        INSERT INTO spent_codes (code, scooter_id) VALUES (OLD.qr_code, OLD.id);
    END IF;
    IF EXISTS (SELECT FROM spent_codes WHERE code = NEW.qr_code) THEN
        RAISE EXCEPTION 'the code % was replaced', NEW.qr_code
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'scooters_code_spent';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
-- After, so that it sees what the unique index has waited for.
CREATE TRIGGER scooters_code AFTER INSERT OR UPDATE OF qr_code ON scooters FOR EACH ROW EXECUTE FUNCTION scooters_code();

-- +goose Down
DROP TRIGGER scooters_code ON scooters;
DROP FUNCTION scooters_code();
DROP TABLE spent_codes;
DROP TRIGGER stations_changed ON stations;
DROP TRIGGER scooters_station_changed ON scooters;
DROP TRIGGER scooters_station_added ON scooters;
DROP FUNCTION stations_room();
ALTER TABLE scooter_events
    DROP COLUMN kind,
    DROP COLUMN station_id,
    DROP COLUMN staff_id,
    DROP COLUMN staff_email,
    DROP COLUMN place_at;
ALTER TABLE scooters
    DROP CONSTRAINT scooters_retired_stand_nowhere,
    DROP COLUMN station_id,
    DROP COLUMN note,
    DROP COLUMN created_at;
DROP INDEX scooters_model;
DROP INDEX scooters_updated;
ALTER TABLE models
    DROP COLUMN created_at,
    DROP COLUMN updated_at;
DROP TABLE station_events;
DROP TABLE stations;
