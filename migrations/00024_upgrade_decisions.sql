-- +goose Up
-- What staff decided of an upgrade and it has not taken yet, with who did, so that the message to it names the row alone. The
-- upgrade's next step makes a deed of it in the audit log; what it refuses goes when it ends.
CREATE TABLE upgrade_decisions (
    id          uuid        PRIMARY KEY,
    upgrade_id  uuid        NOT NULL CONSTRAINT upgrade_decisions_upgrade_fkey REFERENCES upgrades,
    verb        text        NOT NULL CONSTRAINT upgrade_decisions_verb CHECK (verb IN ('retry', 'restart', 'abort')),
    reason      text        NOT NULL,
    staff_id    uuid        CONSTRAINT upgrade_decisions_staff_fkey REFERENCES staff,
    staff_email text        NOT NULL,
    address     text        NOT NULL,
    request_id  text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX upgrade_decisions_of_upgrade ON upgrade_decisions (upgrade_id);
-- A command that is under way, which an upgrade waits for.
CREATE INDEX commands_under_way ON commands (scooter_id) WHERE finished_at IS NULL;

-- +goose Down
DROP INDEX commands_under_way;
DROP TABLE upgrade_decisions;
