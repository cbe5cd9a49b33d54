-- +goose Up
CREATE TABLE models (
    id               bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name             text    NOT NULL CONSTRAINT models_name_key UNIQUE,
    strict_json      boolean NOT NULL DEFAULT false,
    lowercase_length boolean NOT NULL DEFAULT false,
    max_kmh          integer NOT NULL CONSTRAINT models_max_kmh CHECK (max_kmh BETWEEN 1 AND 200),
    range_meters     integer NOT NULL CONSTRAINT models_range CHECK (range_meters >= 0),
    tariff_id        text    CONSTRAINT models_tariff_fkey REFERENCES tariffs -- null: the standard tariff
);

-- hold is the shadow of the rental that holds the scooter; rentals_one_held_per_scooter is the law.
CREATE TABLE scooters (
    id         bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id  uuid             NOT NULL CONSTRAINT scooters_device_id_key UNIQUE,
    public_id  uuid             NOT NULL CONSTRAINT scooters_public_id_key UNIQUE,
    qr_code    text             NOT NULL CONSTRAINT scooters_qr_code_key UNIQUE
                                CONSTRAINT scooters_qr_code CHECK (qr_code ~ '^[0-9A-Za-z_-]{4,40}$'),
    plate      text             NOT NULL CONSTRAINT scooters_plate_key UNIQUE
                                CONSTRAINT scooters_plate CHECK (plate ~ '^[^/+#$[:cntrl:]]{1,64}$' AND plate NOT IN ('bike', 'o')),
    imei       text             NOT NULL DEFAULT '',
    model_id   bigint           NOT NULL CONSTRAINT scooters_model_fkey REFERENCES models,
    service    text             NOT NULL CONSTRAINT scooters_service
                                CHECK (service IN ('in_service', 'blocked', 'maintenance', 'missing', 'retired')),
    hold       text             NOT NULL DEFAULT 'free' CONSTRAINT scooters_hold
                                CHECK (hold IN ('free', 'reserved', 'in_use', 'securing')),
    reason     text             NOT NULL DEFAULT '',
    lat        double precision NOT NULL DEFAULT 0 CONSTRAINT scooters_lat CHECK (lat BETWEEN -90 AND 90),
    lng        double precision NOT NULL DEFAULT 0 CONSTRAINT scooters_lng CHECK (lng BETWEEN -180 AND 180),
    battery    integer          NOT NULL DEFAULT -1 CONSTRAINT scooters_battery CHECK (battery BETWEEN -1 AND 100),
    limit_kmh  integer          NOT NULL CONSTRAINT scooters_limit CHECK (limit_kmh BETWEEN 1 AND 200),
    updated_at timestamptz      NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX scooters_imei_key ON scooters (imei) WHERE imei <> '';

-- Every change of what a scooter is to the public, with time, place and cause. rental_id gets its reference with rentals.
CREATE TABLE scooter_events (
    id         bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scooter_id bigint           NOT NULL CONSTRAINT scooter_events_scooter_fkey REFERENCES scooters,
    at         timestamptz      NOT NULL,
    service    text             NOT NULL CONSTRAINT scooter_events_service
                                CHECK (service IN ('in_service', 'blocked', 'maintenance', 'missing', 'retired')),
    hold       text             NOT NULL CONSTRAINT scooter_events_hold
                                CHECK (hold IN ('free', 'reserved', 'in_use', 'securing')),
    cause      text             NOT NULL CONSTRAINT scooter_events_cause
                                CHECK (cause IN ('rider', 'staff', 'scooter', 'limit', 'system')),
    rental_id  uuid,
    lat        double precision NOT NULL,
    lng        double precision NOT NULL,
    note       text             NOT NULL DEFAULT ''
);
CREATE INDEX scooter_events_scooter ON scooter_events (scooter_id, at);
CREATE TRIGGER scooter_events_immutable BEFORE UPDATE OR DELETE ON scooter_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE scooter_events;
DROP TABLE scooters;
DROP TABLE models;
