-- +goose Up
-- Who of the staff moved a rental; null where it was not staff, or nobody knows.
ALTER TABLE rental_events
    ADD COLUMN staff_id uuid CONSTRAINT rental_events_staff_fkey REFERENCES staff,
    ADD CONSTRAINT rental_events_staff CHECK (staff_id IS NULL OR cause = 'staff');

-- +goose Down
ALTER TABLE rental_events
    DROP CONSTRAINT rental_events_staff,
    DROP COLUMN staff_id;
