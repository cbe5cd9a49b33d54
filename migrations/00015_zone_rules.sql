-- +goose Up
-- What may happen in a zone, for whom and when, and what a ride's end there costs. A zone without geometry holds wherever no
-- other does.
ALTER TABLE zone_versions
    ADD COLUMN rules         jsonb,
    ADD COLUMN starts_at     timestamptz,
    ADD COLUMN ends_at       timestamptz,
    ADD COLUMN price_percent integer NOT NULL DEFAULT 0 CONSTRAINT zone_versions_percent CHECK (price_percent BETWEEN -100 AND 1000),
    ADD COLUMN price_amount  bigint  NOT NULL DEFAULT 0 CONSTRAINT zone_versions_amount CHECK (abs(price_amount) <= 100000000),
    ALTER COLUMN geometry DROP NOT NULL,
    DROP CONSTRAINT zone_versions_geometry,
    ADD CONSTRAINT zone_versions_geometry CHECK (geometry IS NULL OR
        geometry ->> 'type' IS NOT NULL AND geometry ->> 'type' IN ('Polygon', 'MultiPolygon')),
    ADD CONSTRAINT zone_versions_window CHECK (ends_at > starts_at);
ALTER TABLE zone_versions DISABLE TRIGGER zone_versions_guard;
UPDATE zone_versions SET rules = jsonb_build_array(jsonb_build_object(
    'ride_start_allowed', true, 'ride_end_allowed', ride_end, 'ride_through_allowed', true));
ALTER TABLE zone_versions ENABLE TRIGGER zone_versions_guard;
ALTER TABLE zone_versions
    ALTER COLUMN rules SET NOT NULL,
    ADD CONSTRAINT zone_versions_rules CHECK (jsonb_typeof(rules) = 'array' AND jsonb_array_length(rules) > 0),
    DROP COLUMN ride_end;
CREATE UNIQUE INDEX zone_versions_one_everywhere ON zone_versions ((geometry IS NULL)) WHERE geometry IS NULL AND until_set IS NULL;

-- +goose Down
-- What the older form can't hold is kept out of it: a zone for everywhere, and all but the first rule.
DROP INDEX zone_versions_one_everywhere;
ALTER TABLE zone_versions DISABLE TRIGGER zone_versions_guard;
ALTER TABLE zone_versions DISABLE TRIGGER zone_versions_immutable;
DELETE FROM zone_versions WHERE geometry IS NULL;
ALTER TABLE zone_versions ADD COLUMN ride_end boolean;
UPDATE zone_versions SET ride_end = (rules -> 0 ->> 'ride_end_allowed')::boolean;
ALTER TABLE zone_versions ENABLE TRIGGER zone_versions_immutable;
ALTER TABLE zone_versions ENABLE TRIGGER zone_versions_guard;
ALTER TABLE zone_versions
    ALTER COLUMN ride_end SET NOT NULL,
    ALTER COLUMN geometry SET NOT NULL,
    DROP COLUMN rules, DROP COLUMN starts_at, DROP COLUMN ends_at, DROP COLUMN price_percent, DROP COLUMN price_amount;
