-- +goose Up
-- What outlives an account, so that nobody is new by coming back: keyed hashes of the addresses and log-ins of riders who redeemed a
-- promotion or left. The key is sealed where there is one to seal it with.
CREATE TABLE trace_keys (
    id     uuid    PRIMARY KEY,
    one    boolean NOT NULL DEFAULT true CONSTRAINT trace_keys_one UNIQUE CONSTRAINT trace_keys_true CHECK (one),
    secret text    NOT NULL
);
CREATE TABLE rider_traces (
    trace    text NOT NULL CONSTRAINT rider_traces_trace CHECK (trace ~ '^[0-9a-f]{64}$'),
    rider_id uuid NOT NULL CONSTRAINT rider_traces_rider_fkey REFERENCES riders,
    CONSTRAINT rider_traces_pkey PRIMARY KEY (trace, rider_id)
);
CREATE INDEX rider_traces_of_rider ON rider_traces (rider_id);
CREATE TRIGGER rider_traces_immutable BEFORE UPDATE OR DELETE ON rider_traces FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The request that made a promotion, if it said which.
ALTER TABLE promotions
    ADD COLUMN key    text CONSTRAINT promotions_key_key UNIQUE,
    ADD COLUMN digest text;

-- +goose Down
ALTER TABLE promotions DROP COLUMN digest, DROP COLUMN key;
DROP TABLE rider_traces;
DROP TABLE trace_keys;
