-- +goose Up
-- limit_set_at is when the scooter took its limit from staff: of two the later one counts, whichever is stored first.
ALTER TABLE scooters ADD COLUMN limit_set_at timestamptz;

-- +goose Down
ALTER TABLE scooters DROP COLUMN limit_set_at;
