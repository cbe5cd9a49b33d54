-- +goose Up
CREATE TABLE promotions (
    id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    code        text        NOT NULL CONSTRAINT promotions_code_key UNIQUE
                            CONSTRAINT promotions_code CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{2,31}$'),
    kind        text        NOT NULL CONSTRAINT promotions_kind CHECK (kind IN ('credit', 'amount', 'percent', 'unlock')),
    amount      bigint      NOT NULL DEFAULT 0, -- minor units, of a credit or an amount off
    percent     integer     NOT NULL DEFAULT 0,
    currency    text        NOT NULL CONSTRAINT promotions_currency CHECK (currency ~ '^[A-Z]{3}$'),
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz CONSTRAINT promotions_end CHECK (ends_at > starts_at),
    total_limit integer     CONSTRAINT promotions_total CHECK (total_limit > 0),
    rider_limit integer     NOT NULL CONSTRAINT promotions_rider CHECK (rider_limit > 0),
    first_ride  boolean     NOT NULL,
    redeemed    integer     NOT NULL DEFAULT 0, -- counted under the lock of the row
    created_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    CONSTRAINT promotions_value CHECK ((kind IN ('credit', 'amount')) = (amount > 0) AND amount >= 0
        AND (kind = 'percent') = (percent BETWEEN 1 AND 100) AND percent >= 0),
    CONSTRAINT promotions_limit CHECK (redeemed <= total_limit)
);
CREATE INDEX promotions_created ON promotions (created_at DESC, id);

-- A redemption never changes. What it gives is booked at once (a credit), or taken off the next ride that opens before it
-- expires: the ride names it.
CREATE TABLE redemptions (
    id           uuid        PRIMARY KEY,
    promotion_id uuid        NOT NULL CONSTRAINT redemptions_promotion_fkey REFERENCES promotions,
    rider_id     uuid        NOT NULL CONSTRAINT redemptions_rider_fkey REFERENCES riders,
    key          text        NOT NULL CONSTRAINT redemptions_key CHECK (key <> ''),
    discount     jsonb, -- null: a credit
    first_ride   boolean     NOT NULL,
    expires_at   timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT redemptions_key_key UNIQUE (rider_id, key)
);
CREATE INDEX redemptions_of_rider ON redemptions (rider_id, created_at);
CREATE INDEX redemptions_of_promotion ON redemptions (promotion_id, rider_id);
CREATE TRIGGER redemptions_immutable BEFORE UPDATE OR DELETE ON redemptions FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE rentals
    ADD COLUMN redemption_id uuid CONSTRAINT rentals_redemption_fkey REFERENCES redemptions,
    ADD COLUMN discount      jsonb; -- what it takes off, as the rider was told
CREATE INDEX rentals_of_redemption ON rentals (redemption_id) WHERE redemption_id IS NOT NULL;

ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_item,
    ADD CONSTRAINT ledger_entries_item CHECK (item IN ('', 'ride', 'pause', 'promotion'));

-- +goose Down
ALTER TABLE ledger_entries
    DROP CONSTRAINT ledger_entries_item,
    ADD CONSTRAINT ledger_entries_item CHECK (item IN ('', 'ride', 'pause'));
ALTER TABLE rentals DROP COLUMN discount, DROP COLUMN redemption_id;
DROP TABLE redemptions;
DROP TABLE promotions;
