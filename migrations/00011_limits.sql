-- +goose Up
-- A limit of staff may be 0, which keeps a scooter where it is. limit_set_at is when the scooter took the limit from staff: of
-- two the later one counts, whichever is stored first.
ALTER TABLE scooters
    DROP CONSTRAINT scooters_limit,
    ADD CONSTRAINT scooters_limit CHECK (limit_kmh BETWEEN 0 AND 200),
    ADD COLUMN limit_set_at timestamptz;

-- +goose Down
UPDATE scooters SET limit_kmh = 1 WHERE limit_kmh = 0;
ALTER TABLE scooters
    DROP COLUMN limit_set_at,
    DROP CONSTRAINT scooters_limit,
    ADD CONSTRAINT scooters_limit CHECK (limit_kmh BETWEEN 1 AND 200);
