-- +goose Up
-- Where a satellite saw the scooter when a ride began, and when each of its two places was seen: what failed is judged by them.
ALTER TABLE rentals
    ADD COLUMN begin_lat     double precision CONSTRAINT rentals_begin_lat CHECK (begin_lat BETWEEN -90 AND 90),
    ADD COLUMN begin_lng     double precision CONSTRAINT rentals_begin_lng CHECK (begin_lng BETWEEN -180 AND 180),
    ADD COLUMN begin_seen_at timestamptz,
    ADD COLUMN end_seen_at   timestamptz,
    ADD CONSTRAINT rentals_begin_place CHECK ((begin_lat IS NULL) = (begin_lng IS NULL) AND (begin_lat IS NULL) = (begin_seen_at IS NULL));

-- +goose Down
ALTER TABLE rentals DROP CONSTRAINT rentals_begin_place, DROP COLUMN begin_lat, DROP COLUMN begin_lng,
    DROP COLUMN begin_seen_at, DROP COLUMN end_seen_at;
