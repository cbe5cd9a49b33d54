-- +goose Up
-- A pass as staff offer it: minutes of riding in some days, or rides of so many minutes each.
CREATE TABLE pass_products (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    key        text        NOT NULL CONSTRAINT pass_products_key UNIQUE, -- of the request that made it
    digest     text        NOT NULL,
    name_es    text        NOT NULL CONSTRAINT pass_products_name_es CHECK (name_es <> ''),
    name_en    text        NOT NULL CONSTRAINT pass_products_name_en CHECK (name_en <> ''),
    allowance  text        NOT NULL CONSTRAINT pass_products_allowance CHECK (allowance IN ('minutes', 'rides')),
    minutes    integer     NOT NULL CONSTRAINT pass_products_minutes CHECK (minutes > 0), -- in all, or of each ride
    rides      integer     NOT NULL CONSTRAINT pass_products_rides CHECK (rides >= 0 AND (allowance = 'rides') = (rides > 0)),
    unlock     boolean     NOT NULL,
    days       integer     NOT NULL CONSTRAINT pass_products_days CHECK (days > 0),
    city       text        NOT NULL DEFAULT '', -- empty: everywhere
    area       jsonb       CONSTRAINT pass_products_area CHECK ((area IS NOT NULL) = (city <> '')), -- of the city, as it was then
    models     bigint[]    NOT NULL DEFAULT '{}', -- empty: all
    price      bigint      NOT NULL CONSTRAINT pass_products_price CHECK (price > 0),
    currency   text        NOT NULL CONSTRAINT pass_products_currency CHECK (currency ~ '^[A-Z]{3}$'),
    sale_from  timestamptz NOT NULL,
    sale_until timestamptz CONSTRAINT pass_products_sale CHECK (sale_until > sale_from),
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz
);
CREATE INDEX pass_products_created ON pass_products (created_at, id);

CREATE TABLE passes (
    id         uuid        PRIMARY KEY,
    product_id uuid        NOT NULL CONSTRAINT passes_product_fkey REFERENCES pass_products,
    rider_id   uuid        NOT NULL CONSTRAINT passes_rider_fkey REFERENCES riders,
    key        text        NOT NULL,
    given      boolean     NOT NULL, -- by staff, for nothing
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CONSTRAINT passes_end CHECK (ends_at > starts_at),
    revoked_at timestamptz,
    refunded   boolean     NOT NULL DEFAULT false CONSTRAINT passes_refunded CHECK (NOT refunded OR (revoked_at IS NOT NULL AND NOT given)),
    CONSTRAINT passes_key_key UNIQUE (rider_id, key)
);
CREATE INDEX passes_of_rider ON passes (rider_id, ends_at);
CREATE INDEX passes_started ON passes (starts_at, id);
CREATE INDEX passes_of_product ON passes (product_id);

-- The pass that a ride began with. What it paid is a line of the bill.
ALTER TABLE rentals ADD COLUMN pass_id uuid CONSTRAINT rentals_pass_fkey REFERENCES passes;
CREATE INDEX rentals_of_pass ON rentals (pass_id) WHERE pass_id IS NOT NULL;

ALTER TABLE ledger_transactions
    DROP CONSTRAINT ledger_transactions_kind,
    ADD CONSTRAINT ledger_transactions_kind CHECK (kind IN ('ride', 'topup', 'refund', 'bonus', 'adjustment', 'void', 'pass', 'pass_refund'));
ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_item,
    ADD CONSTRAINT ledger_entries_item CHECK (item IN ('', 'ride', 'pause', 'promotion', 'pass'));

-- +goose Down
ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_item,
    ADD CONSTRAINT ledger_entries_item CHECK (item IN ('', 'ride', 'pause', 'promotion'));
ALTER TABLE ledger_transactions
    DROP CONSTRAINT ledger_transactions_kind,
    ADD CONSTRAINT ledger_transactions_kind CHECK (kind IN ('ride', 'topup', 'refund', 'bonus', 'adjustment', 'void'));
ALTER TABLE rentals DROP COLUMN pass_id;
DROP TABLE passes;
DROP TABLE pass_products;
