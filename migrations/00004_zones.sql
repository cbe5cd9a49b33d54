-- +goose Up
-- Each change of any zone makes a new set; the set in force is the newest.
CREATE TABLE zone_sets (
    version    bigint      PRIMARY KEY CONSTRAINT zone_sets_version CHECK (version > 0),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER zone_sets_immutable BEFORE UPDATE OR DELETE ON zone_sets
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE zones (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);

-- A version of a zone is part of every set from since_set until before until_set.
CREATE TABLE zone_versions (
    zone_id   bigint  NOT NULL CONSTRAINT zone_versions_zone_fkey REFERENCES zones,
    version   bigint  NOT NULL CONSTRAINT zone_versions_version CHECK (version > 0),
    name      text    NOT NULL CONSTRAINT zone_versions_name CHECK (name <> ''),
    rank      integer NOT NULL,
    ride_end  boolean NOT NULL,
    geometry  jsonb   NOT NULL CONSTRAINT zone_versions_geometry
                      CHECK (geometry ->> 'type' IS NOT NULL AND geometry ->> 'type' IN ('Polygon', 'MultiPolygon')),
    since_set bigint  NOT NULL CONSTRAINT zone_versions_since_fkey REFERENCES zone_sets,
    until_set bigint  CONSTRAINT zone_versions_until_fkey REFERENCES zone_sets,
    CONSTRAINT zone_versions_pkey PRIMARY KEY (zone_id, version),
    CONSTRAINT zone_versions_span CHECK (until_set > since_set)
);
CREATE UNIQUE INDEX zone_versions_one_in_force ON zone_versions (zone_id) WHERE until_set IS NULL;

-- What a zone was never changes; it only stops being in force, once.
-- +goose StatementBegin
CREATE FUNCTION zone_versions_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.until_set IS NOT NULL OR to_jsonb(NEW) - 'until_set' <> to_jsonb(OLD) - 'until_set' THEN
        RAISE EXCEPTION 'a version of a zone never changes'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'zone_versions_immutable';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER zone_versions_guard BEFORE UPDATE ON zone_versions FOR EACH ROW EXECUTE FUNCTION zone_versions_guard();
CREATE TRIGGER zone_versions_immutable BEFORE DELETE ON zone_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE zone_versions;
DROP FUNCTION zone_versions_guard();
DROP TABLE zones;
DROP TABLE zone_sets;
