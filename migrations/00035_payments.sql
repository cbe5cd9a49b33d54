-- +goose Up
-- Who a rider is at a payment provider. References of a provider are sealed; one that is to be forgotten there is erased once it is.
CREATE TABLE payment_customers (
    rider_id   uuid        NOT NULL CONSTRAINT payment_customers_rider_fkey REFERENCES riders,
    provider   text        NOT NULL,
    reference  text        NOT NULL CONSTRAINT payment_customers_sealed CHECK (reference LIKE 'sealed:%'),
    removed_at timestamptz,
    due_at     timestamptz CONSTRAINT payment_customers_due CHECK (due_at IS NULL OR removed_at IS NOT NULL),
    CONSTRAINT payment_customers_pkey PRIMARY KEY (rider_id, provider)
);
CREATE INDEX payment_customers_leaving ON payment_customers (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE payment_methods (
    id         uuid        PRIMARY KEY,
    rider_id   uuid        NOT NULL CONSTRAINT payment_methods_rider_fkey REFERENCES riders,
    provider   text        NOT NULL,
    reference  text        NOT NULL CONSTRAINT payment_methods_sealed CHECK (reference = '' OR reference LIKE 'sealed:%'),
    brand      text        NOT NULL DEFAULT '',
    last4      text        NOT NULL DEFAULT '' CONSTRAINT payment_methods_last4 CHECK (last4 ~ '^([0-9]{4})?$'), -- a number has no place here
    exp_month  integer     NOT NULL DEFAULT 0,
    exp_year   integer     NOT NULL DEFAULT 0,
    is_default boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    saved_at   timestamptz, -- null: the rider has not given it yet
    removed_at timestamptz,
    due_at     timestamptz CONSTRAINT payment_methods_due CHECK (due_at IS NULL OR removed_at IS NOT NULL),
    CONSTRAINT payment_methods_default CHECK (NOT is_default OR (saved_at IS NOT NULL AND removed_at IS NULL))
);
CREATE UNIQUE INDEX payment_methods_one_default ON payment_methods (rider_id) WHERE is_default;
CREATE INDEX payment_methods_of_rider ON payment_methods (rider_id, created_at);
CREATE INDEX payment_methods_leaving ON payment_methods (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE payments (
    id         uuid        PRIMARY KEY,
    rider_id   uuid        NOT NULL CONSTRAINT payments_rider_fkey REFERENCES riders,
    method_id  uuid        NOT NULL CONSTRAINT payments_method_fkey REFERENCES payment_methods,
    purpose    text        NOT NULL CONSTRAINT payments_purpose CHECK (purpose IN ('topup', 'debt')),
    provider   text        NOT NULL,
    minor      bigint      NOT NULL CONSTRAINT payments_minor CHECK (minor > 0),
    currency   text        NOT NULL CONSTRAINT payments_currency CHECK (currency ~ '^[A-Z]{3}$'),
    state      text        NOT NULL DEFAULT 'created'
               CONSTRAINT payments_state CHECK (state IN ('created', 'needs_action', 'processing', 'failed', 'succeeded')),
    failure    text        NOT NULL DEFAULT '',
    reference  text        NOT NULL DEFAULT '' CONSTRAINT payments_sealed CHECK (reference = '' OR reference LIKE 'sealed:%'),
    key        text,
    digest     text,
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CONSTRAINT payments_key UNIQUE (rider_id, key),
    CONSTRAINT payments_settled CHECK ((settled_at IS NOT NULL) = (state IN ('failed', 'succeeded'))),
    CONSTRAINT payments_failure CHECK ((failure <> '') = (state = 'failed'))
);
CREATE INDEX payments_of_rider ON payments (rider_id, created_at, id);
CREATE INDEX payments_created ON payments (created_at, id);
CREATE INDEX payments_open ON payments (created_at) WHERE state IN ('created', 'needs_action', 'processing');

-- A state only goes up, and what was to be paid stays as it was. Nothing is deleted: these are the books.
-- +goose StatementBegin
CREATE FUNCTION payments_go_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ladder text[] := ARRAY['created', 'needs_action', 'processing', 'failed', 'succeeded'];
BEGIN
    IF array_position(ladder, NEW.state) < array_position(ladder, OLD.state)
        OR (NEW.id, NEW.rider_id, NEW.minor, NEW.currency, NEW.provider, NEW.purpose) <> (OLD.id, OLD.rider_id, OLD.minor, OLD.currency, OLD.provider, OLD.purpose) THEN
        RAISE EXCEPTION 'payment % can''t become that', OLD.id USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'payments_go_up';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER payments_go_up BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION payments_go_up();
CREATE TRIGGER payments_kept BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Nobody who is gone pays. Who deletes the account waits, and then finds a payment under way.
-- +goose StatementBegin
CREATE FUNCTION payments_welcome() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT deleted_at FROM riders WHERE id = NEW.rider_id FOR SHARE) IS NOT NULL THEN
        RAISE EXCEPTION 'rider % is gone', NEW.rider_id USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'payments_rider_gone';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER payments_welcome BEFORE INSERT ON payments FOR EACH ROW EXECUTE FUNCTION payments_welcome();

-- What providers told unasked, so that no event counts twice.
CREATE TABLE payment_events (
    provider    text        NOT NULL,
    id          text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT payment_events_pkey PRIMARY KEY (provider, id)
);
CREATE INDEX payment_events_old ON payment_events (received_at);

-- +goose Down
DROP TABLE payment_events;
DROP TABLE payments;
DROP FUNCTION payments_welcome();
DROP FUNCTION payments_go_up();
DROP TABLE payment_methods;
DROP TABLE payment_customers;
