-- +goose Up
-- What riders owe and is collected: a debt begins when a wallet falls below zero, and ends when it does not stand there any more. How
-- much it is stands in the ledger alone.
CREATE TABLE debts (
    id       uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    rider_id uuid        NOT NULL CONSTRAINT debts_rider_fkey REFERENCES riders,
    currency text        NOT NULL CONSTRAINT debts_currency CHECK (currency ~ '^[A-Z]{3}$'),
    began_at timestamptz NOT NULL DEFAULT now(),
    attempts integer     NOT NULL DEFAULT 0 CONSTRAINT debts_attempts CHECK (attempts >= 0), -- that are over
    trouble  text        NOT NULL DEFAULT '', -- of the last of them
    next_at  timestamptz, -- of the next; null: there is none unless somebody asks for one
    ended_at timestamptz,
    CONSTRAINT debts_over CHECK (ended_at IS NULL OR next_at IS NULL)
);
CREATE UNIQUE INDEX debts_one_open ON debts (rider_id) WHERE ended_at IS NULL;
CREATE INDEX debts_due ON debts (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX debts_began ON debts (began_at, id);
CREATE TRIGGER debts_kept BEFORE DELETE ON debts FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Whom the letters about it go to: of all riders, the worker sees these.
CREATE VIEW debtors AS
    SELECT r.id AS rider_id, r.email, r.language FROM riders r
    WHERE r.deleted_at IS NULL AND EXISTS (SELECT FROM debts d WHERE d.rider_id = r.id AND d.ended_at IS NULL);

-- A debt that nobody can collect is an alert too, of no scooter.
ALTER TABLE alerts
    ADD COLUMN rider_id uuid CONSTRAINT alerts_rider_fkey REFERENCES riders,
    DROP CONSTRAINT alerts_about,
    ADD CONSTRAINT alerts_about CHECK ((scooter_id IS NULL) = (kind IN ('rollout', 'debt'))
        AND (rollout_id IS NULL) = (kind <> 'rollout') AND (rider_id IS NULL) = (kind <> 'debt')),
    DROP CONSTRAINT alerts_kind,
    ADD CONSTRAINT alerts_kind CHECK (kind IN (
        'not_secured', 'fault_at_start', 'onboarding', 'renumbering', 'upgrade', 'rollout', 'debt',
        'low_battery', 'fallen', 'moved', 'offline', 'fault', 'speeding', 'out_of_area'));
CREATE UNIQUE INDEX alerts_one_open_debt ON alerts (rider_id) WHERE closed_at IS NULL;

-- +goose Down
DELETE FROM alerts WHERE kind = 'debt';
DROP INDEX alerts_one_open_debt;
ALTER TABLE alerts
    DROP CONSTRAINT alerts_about,
    DROP COLUMN rider_id,
    ADD CONSTRAINT alerts_about CHECK ((scooter_id IS NULL) = (kind = 'rollout') AND (rollout_id IS NULL) = (kind <> 'rollout')),
    DROP CONSTRAINT alerts_kind,
    ADD CONSTRAINT alerts_kind CHECK (kind IN (
        'not_secured', 'fault_at_start', 'onboarding', 'renumbering', 'upgrade', 'rollout',
        'low_battery', 'fallen', 'moved', 'offline', 'fault', 'speeding', 'out_of_area'));
DROP VIEW debtors;
DROP TABLE debts;
