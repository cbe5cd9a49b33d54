-- +goose Up
ALTER TABLE alerts
    DROP CONSTRAINT alerts_kind,
    ADD CONSTRAINT alerts_kind CHECK (kind IN (
        'not_secured', 'fault_at_start', 'onboarding', 'renumbering', 'upgrade',
        'low_battery', 'fallen', 'moved', 'offline', 'fault', 'speeding', 'out_of_area')),
    ADD COLUMN told_at timestamptz,
    ADD COLUMN repeats integer NOT NULL DEFAULT 0 CONSTRAINT alerts_repeats CHECK (repeats >= 0);
UPDATE alerts SET told_at = opened_at;
ALTER TABLE alerts ALTER COLUMN told_at SET NOT NULL, ALTER COLUMN told_at SET DEFAULT now();
CREATE INDEX alerts_open_told ON alerts (told_at) WHERE closed_at IS NULL;

-- Where staff want to be told of alerts. The secret is sealed.
CREATE TABLE webhooks (
    id         uuid        PRIMARY KEY,
    url        text        NOT NULL CONSTRAINT webhooks_url CHECK (url <> ''),
    kinds      text[]      NOT NULL DEFAULT '{}', -- of alerts; none: all
    secret     text        NOT NULL CONSTRAINT webhooks_secret CHECK (secret LIKE 'sealed:%'),
    paused     boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What is to be told, written together with what it tells of.
CREATE TABLE webhook_deliveries (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    webhook_id uuid        NOT NULL CONSTRAINT webhook_deliveries_webhook_fkey REFERENCES webhooks ON DELETE CASCADE,
    event      text        NOT NULL,
    body       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    attempts   integer     NOT NULL DEFAULT 0,
    due_at     timestamptz DEFAULT now(), -- null: it is over
    sent_at    timestamptz,               -- null: it has not arrived
    trouble    text        NOT NULL DEFAULT ''
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_of ON webhook_deliveries (webhook_id, created_at DESC);

-- +goose Down
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
DELETE FROM alerts WHERE kind IN ('low_battery', 'fallen', 'moved', 'offline', 'fault', 'speeding', 'out_of_area');
DROP INDEX alerts_open_told;
ALTER TABLE alerts
    DROP COLUMN told_at,
    DROP COLUMN repeats, -- and its constraint
    DROP CONSTRAINT alerts_kind,
    ADD CONSTRAINT alerts_kind CHECK (kind IN ('not_secured', 'fault_at_start', 'onboarding', 'renumbering', 'upgrade'));
