-- +goose Up
CREATE TABLE ledger_accounts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text   NOT NULL CONSTRAINT ledger_accounts_name CHECK (name ~ '^[a-z_]+(:[a-z0-9-]+)?$'),
    currency text   NOT NULL CONSTRAINT ledger_accounts_currency CHECK (currency ~ '^[A-Z]{3}$'),
    rider_id uuid   GENERATED ALWAYS AS (CASE WHEN name LIKE 'rider:%' THEN substr(name, 7)::uuid END) STORED
                    CONSTRAINT ledger_accounts_rider_fkey REFERENCES riders,
    CONSTRAINT ledger_accounts_name_key UNIQUE (name, currency),
    CONSTRAINT ledger_accounts_currency_key UNIQUE (id, currency)
);
CREATE TRIGGER ledger_accounts_immutable BEFORE UPDATE OR DELETE ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- lines closes a transaction: nothing can be added to it later.
CREATE TABLE ledger_transactions (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key       text        NOT NULL CONSTRAINT ledger_transactions_key_key UNIQUE CONSTRAINT ledger_transactions_key CHECK (key <> ''),
    kind      text        NOT NULL CONSTRAINT ledger_transactions_kind CHECK (kind IN ('ride', 'topup')),
    rental_id uuid        CONSTRAINT ledger_transactions_rental_fkey REFERENCES rentals,
    lines     integer     NOT NULL CONSTRAINT ledger_transactions_lines CHECK (lines >= 2),
    booked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ledger_transactions_ride CHECK (kind <> 'ride' OR rental_id IS NOT NULL)
);
-- A ride is charged once, whatever the key.
CREATE UNIQUE INDEX ledger_transactions_one_charge ON ledger_transactions (rental_id) WHERE kind = 'ride';

CREATE TABLE ledger_entries (
    transaction_id bigint  NOT NULL CONSTRAINT ledger_entries_transaction_fkey REFERENCES ledger_transactions,
    line           integer NOT NULL,
    account_id     bigint  NOT NULL,
    minor          bigint  NOT NULL,
    currency       text    NOT NULL,
    CONSTRAINT ledger_entries_pkey PRIMARY KEY (transaction_id, line),
    CONSTRAINT ledger_entries_account_fkey FOREIGN KEY (account_id, currency) REFERENCES ledger_accounts (id, currency)
);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id) INCLUDE (minor);

-- +goose StatementBegin
CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    booked bigint;
    wanted integer;
BEGIN
    IF TG_TABLE_NAME = 'ledger_transactions' THEN
        booked := NEW.id;
    ELSE
        booked := NEW.transaction_id;
    END IF;
    SELECT lines INTO wanted FROM ledger_transactions WHERE id = booked;
    IF (SELECT count(*) FROM ledger_entries WHERE transaction_id = booked) <> wanted
        OR EXISTS (SELECT FROM ledger_entries WHERE transaction_id = booked GROUP BY currency HAVING sum(minor) <> 0) THEN
        RAISE EXCEPTION 'ledger transaction % is not balanced', booked
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'ledger_balanced';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER ledger_transactions_balanced AFTER INSERT ON ledger_transactions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced();

CREATE TRIGGER ledger_transactions_immutable BEFORE UPDATE OR DELETE ON ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transactions_kept BEFORE TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_kept BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE ledger_entries;
DROP TABLE ledger_transactions;
DROP FUNCTION ledger_balanced();
DROP TABLE ledger_accounts;
