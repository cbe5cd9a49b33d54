-- +goose Up
CREATE TABLE rentals (
    id             uuid        PRIMARY KEY,
    rider_id       uuid        NOT NULL CONSTRAINT rentals_rider_fkey REFERENCES riders,
    scooter_id     bigint      NOT NULL CONSTRAINT rentals_scooter_fkey REFERENCES scooters,
    plate          text        NOT NULL, -- and vehicle_id: what the scooter was called during this rental
    vehicle_id     uuid        NOT NULL,
    run_id         text        CONSTRAINT rentals_run CHECK (run_id <> ''), -- null: its workflow has not begun
    state          text        NOT NULL CONSTRAINT rentals_state CHECK (state IN
                   ('reserved', 'unlocking', 'riding', 'paused', 'locking', 'securing', 'ended', 'void')),
    outcome        text        NOT NULL DEFAULT '' CONSTRAINT rentals_outcome CHECK (outcome IN ('', 'ended', 'void')),
    reason         text        NOT NULL DEFAULT '' CONSTRAINT rentals_reason CHECK (reason IN
                   ('', 'scooter_silent', 'scooter_fault', 'scooter_upgrading', 'scooter_refused', 'scooter_held',
                    'reservation_over', 'cancelled', 'not_started', 'released_by_staff')),
    device_status  integer,
    tariff_id      text        NOT NULL,
    tariff_version integer     NOT NULL,
    tariff         jsonb       NOT NULL, -- as it was shown to the rider
    created_at     timestamptz NOT NULL DEFAULT now(),
    reserved_until timestamptz,
    unlocked_at    timestamptz,
    paused_at      timestamptz,
    stopped_at     timestamptz,
    secured_at     timestamptz,
    riding_ns      bigint      NOT NULL DEFAULT 0 CONSTRAINT rentals_riding CHECK (riding_ns >= 0),
    paused_ns      bigint      NOT NULL DEFAULT 0 CONSTRAINT rentals_paused CHECK (paused_ns >= 0),
    meters         bigint      NOT NULL DEFAULT 0 CONSTRAINT rentals_meters CHECK (meters >= 0),
    bill           jsonb,
    end_lat        double precision CONSTRAINT rentals_end_lat CHECK (end_lat BETWEEN -90 AND 90),
    end_lng        double precision CONSTRAINT rentals_end_lng CHECK (end_lng BETWEEN -180 AND 180),
    zone_version   bigint      CONSTRAINT rentals_zone_version_fkey REFERENCES zone_sets,
    CONSTRAINT rentals_tariff_fkey FOREIGN KEY (tariff_id, tariff_version) REFERENCES tariff_versions,
    CONSTRAINT rentals_owner_key UNIQUE (id, rider_id),
    CONSTRAINT rentals_end_place CHECK ((end_lat IS NULL) = (end_lng IS NULL)),
    CONSTRAINT rentals_reserved_until CHECK (state <> 'reserved' OR reserved_until IS NOT NULL),
    CONSTRAINT rentals_paused_at CHECK ((state = 'paused') = (paused_at IS NOT NULL)),
    -- Who rides is not out yet, and who is out knows how it went.
    CONSTRAINT rentals_outcome_in_state CHECK (outcome = '' OR state IN ('locking', 'securing', 'ended', 'void')),
    CONSTRAINT rentals_outcome_at_end CHECK (state NOT IN ('ended', 'void') OR outcome = state),
    -- Never a charge without an unlock, and no void without its reason.
    CONSTRAINT rentals_ridden CHECK (outcome <> 'ended' OR (unlocked_at IS NOT NULL AND stopped_at IS NOT NULL)),
    CONSTRAINT rentals_billed CHECK (state <> 'ended' OR bill IS NOT NULL),
    CONSTRAINT rentals_voided CHECK (outcome <> 'void' OR (reason <> '' AND bill IS NULL))
);
CREATE UNIQUE INDEX rentals_one_open_per_rider ON rentals (rider_id) WHERE outcome = '';
CREATE UNIQUE INDEX rentals_one_held_per_scooter ON rentals (scooter_id) WHERE state NOT IN ('ended', 'void');
CREATE INDEX rentals_of_rider ON rentals (rider_id, created_at DESC);

ALTER TABLE scooter_events ADD CONSTRAINT scooter_events_rental_fkey FOREIGN KEY (rental_id) REFERENCES rentals;

-- The state diagram of package rental, and what is decided once.
-- +goose StatementBegin
CREATE FUNCTION rentals_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('reserved', 'unlocking') OR NEW.outcome <> '' THEN
            broken := 'rentals_arrow';
        END IF;
    ELSIF OLD.state IN ('ended', 'void') THEN
        broken := 'rentals_over';
    ELSIF OLD.outcome <> '' AND NEW.outcome <> OLD.outcome THEN
        broken := 'rentals_outcome_decided';
    ELSIF (OLD.id, OLD.rider_id, OLD.scooter_id, OLD.tariff) IS DISTINCT FROM (NEW.id, NEW.rider_id, NEW.scooter_id, NEW.tariff) THEN
        broken := 'rentals_identity';
    ELSIF NEW.run_id IS DISTINCT FROM OLD.run_id AND (OLD.run_id IS NOT NULL OR OLD.outcome <> '') THEN
        broken := 'rentals_one_run';
    ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('reserved', 'unlocking'), ('reserved', 'void'),
        ('unlocking', 'riding'), ('unlocking', 'securing'), ('unlocking', 'void'),
        ('riding', 'paused'), ('riding', 'locking'),
        ('paused', 'riding'), ('paused', 'locking'),
        ('locking', 'securing'), ('locking', 'ended'),
        ('securing', 'ended'), ('securing', 'void')) THEN
        broken := 'rentals_arrow';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'rental % can not become %/%', NEW.id, NEW.state, NEW.outcome
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER rentals_guard BEFORE INSERT OR UPDATE ON rentals FOR EACH ROW EXECUTE FUNCTION rentals_guard();
CREATE TRIGGER rentals_kept BEFORE DELETE ON rentals FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Which rental a rider's Idempotency-Key belongs to, for good.
CREATE TABLE rental_keys (
    rider_id   uuid        NOT NULL,
    key        text        NOT NULL CONSTRAINT rental_keys_key CHECK (length(key) BETWEEN 1 AND 128),
    rental_id  uuid        NOT NULL,
    digest     text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rental_keys_pkey PRIMARY KEY (rider_id, key),
    CONSTRAINT rental_keys_owner_fkey FOREIGN KEY (rental_id, rider_id) REFERENCES rentals (id, rider_id)
);

-- seq 0 is the opening; the workflow counts from 1.
CREATE TABLE rental_events (
    rental_id uuid        NOT NULL CONSTRAINT rental_events_rental_fkey REFERENCES rentals,
    seq       integer     NOT NULL CONSTRAINT rental_events_seq CHECK (seq >= 0),
    kind      text        NOT NULL CONSTRAINT rental_events_kind CHECK (kind ~ '^[a-z_]{1,40}$'),
    cause     text        NOT NULL CONSTRAINT rental_events_cause
                          CHECK (cause IN ('rider', 'staff', 'scooter', 'limit', 'system')),
    at        timestamptz NOT NULL,
    note      text        NOT NULL DEFAULT '',
    CONSTRAINT rental_events_pkey PRIMARY KEY (rental_id, seq)
);
CREATE TRIGGER rental_events_immutable BEFORE UPDATE OR DELETE ON rental_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE rental_events;
DROP TABLE rental_keys;
ALTER TABLE scooter_events DROP CONSTRAINT scooter_events_rental_fkey;
DROP TABLE rentals;
DROP FUNCTION rentals_guard();
