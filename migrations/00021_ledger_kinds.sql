-- +goose Up
-- A transaction has a name for the outside: its number would tell how many there are.
ALTER TABLE ledger_transactions
    ADD COLUMN public_id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT ledger_transactions_public_id_key UNIQUE,
    ADD COLUMN note      text NOT NULL DEFAULT '',
    DROP CONSTRAINT ledger_transactions_kind,
    DROP CONSTRAINT ledger_transactions_ride,
    ADD CONSTRAINT ledger_transactions_kind CHECK (kind IN ('ride', 'topup', 'refund', 'bonus', 'adjustment', 'void')),
    ADD CONSTRAINT ledger_transactions_ride CHECK (kind NOT IN ('ride', 'refund', 'void') OR rental_id IS NOT NULL);
-- A ride is charged once, whatever the key, or never: a void takes the place of the charge.
DROP INDEX ledger_transactions_one_charge;
CREATE UNIQUE INDEX ledger_transactions_one_charge ON ledger_transactions (rental_id) WHERE kind IN ('ride', 'void');
CREATE INDEX ledger_transactions_rental ON ledger_transactions (rental_id) WHERE rental_id IS NOT NULL;

ALTER TABLE ledger_entries
    ADD COLUMN item text NOT NULL DEFAULT '' CONSTRAINT ledger_entries_item CHECK (item IN ('', 'ride', 'pause'));
-- Balances are summed and histories are turned over in this one.
DROP INDEX ledger_entries_account;
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, transaction_id) INCLUDE (minor);

-- +goose Down
DROP INDEX ledger_entries_account;
CREATE INDEX ledger_entries_account ON ledger_entries (account_id) INCLUDE (minor);
ALTER TABLE ledger_entries DROP COLUMN item;
DROP INDEX ledger_transactions_rental;
DROP INDEX ledger_transactions_one_charge;
CREATE UNIQUE INDEX ledger_transactions_one_charge ON ledger_transactions (rental_id) WHERE kind = 'ride';
ALTER TABLE ledger_transactions
    DROP CONSTRAINT ledger_transactions_kind,
    DROP CONSTRAINT ledger_transactions_ride,
    ADD CONSTRAINT ledger_transactions_kind CHECK (kind IN ('ride', 'topup')),
    ADD CONSTRAINT ledger_transactions_ride CHECK (kind <> 'ride' OR rental_id IS NOT NULL),
    DROP COLUMN note,
    DROP COLUMN public_id;
