-- +goose Up
-- Each provider has a default card of a rider's: one that another provider has can't be paid with.
DROP INDEX payment_methods_one_default;
UPDATE payment_methods m SET is_default = true
WHERE m.id IN (
    SELECT DISTINCT ON (rider_id, provider) id FROM payment_methods WHERE saved_at IS NOT NULL AND removed_at IS NULL
    ORDER BY rider_id, provider, is_default DESC, created_at DESC);
CREATE UNIQUE INDEX payment_methods_one_default ON payment_methods (rider_id, provider) WHERE is_default;

-- +goose Down
DROP INDEX payment_methods_one_default;
UPDATE payment_methods SET is_default = false WHERE is_default AND id NOT IN (
    SELECT DISTINCT ON (rider_id) id FROM payment_methods WHERE is_default ORDER BY rider_id, created_at DESC);
CREATE UNIQUE INDEX payment_methods_one_default ON payment_methods (rider_id) WHERE is_default;
