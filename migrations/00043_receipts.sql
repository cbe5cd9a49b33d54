-- +goose Up
-- The tax that a ride has in its price, as it was when the ride opened; null: of before it was kept.
ALTER TABLE rentals ADD COLUMN tax jsonb;

-- Receipts are numbered without gaps, as they are asked for the first time.
CREATE TABLE receipts (
    rental_id uuid        PRIMARY KEY CONSTRAINT receipts_rental_fkey REFERENCES rentals,
    number    bigint      NOT NULL CONSTRAINT receipts_number_key UNIQUE,
    issued_at timestamptz NOT NULL
);
CREATE TRIGGER receipts_immutable BEFORE UPDATE OR DELETE ON receipts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TABLE receipt_numbers (
    one  boolean PRIMARY KEY DEFAULT true CONSTRAINT receipt_numbers_one CHECK (one),
    last bigint  NOT NULL
);
INSERT INTO receipt_numbers (last) VALUES (0);

-- +goose Down
DROP TABLE receipt_numbers;
DROP TABLE receipts;
ALTER TABLE rentals DROP COLUMN tax;
