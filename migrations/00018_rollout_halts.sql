-- +goose Up
-- A rollout that paused itself is an alert too, of no scooter.
ALTER TABLE alerts
    ALTER COLUMN scooter_id DROP NOT NULL,
    ADD COLUMN rollout_id uuid CONSTRAINT alerts_rollout_fkey REFERENCES rollouts,
    ADD CONSTRAINT alerts_about CHECK ((scooter_id IS NULL) = (kind = 'rollout') AND (rollout_id IS NULL) = (kind <> 'rollout')),
    DROP CONSTRAINT alerts_kind,
    ADD CONSTRAINT alerts_kind CHECK (kind IN (
        'not_secured', 'fault_at_start', 'onboarding', 'renumbering', 'upgrade', 'rollout',
        'low_battery', 'fallen', 'moved', 'offline', 'fault', 'speeding', 'out_of_area'));
CREATE UNIQUE INDEX alerts_one_open_rollout ON alerts (rollout_id) WHERE closed_at IS NULL;

-- Whoever wrote any part of a rollout does not approve it.
ALTER TABLE rollouts ADD COLUMN authors uuid[] NOT NULL DEFAULT '{}';
UPDATE rollouts SET authors = CASE WHEN created_by = changed_by THEN ARRAY[created_by] ELSE ARRAY[created_by, changed_by] END;
ALTER TABLE rollouts ADD CONSTRAINT rollouts_authors CHECK (created_by = ANY (authors) AND changed_by = ANY (authors));

-- A draft that nobody wants any more may go.
DROP TRIGGER rollouts_kept ON rollouts;
CREATE TRIGGER rollouts_kept BEFORE DELETE ON rollouts FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_change();

-- A scooter that is silent whenever its turn comes is not waited for for ever.
ALTER TABLE rollout_targets ADD COLUMN silent_since timestamptz;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION rollout_targets_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rollout_targets t SET state = now.state, trouble = NEW.trouble, updated_at = NEW.updated_at,
        waits = CASE WHEN now.state = 'pending' THEN t.waits + 1 ELSE 0 END,
        silent_since = CASE WHEN now.state = 'running' THEN t.silent_since
            WHEN now.state = 'pending' AND NEW.trouble = 'silent' THEN coalesce(t.silent_since, NEW.updated_at) END
    FROM (SELECT rollout_standing(NEW.state, NEW.trouble) AS state) now
    WHERE t.upgrade_id = NEW.id AND (t.state, t.trouble) IS DISTINCT FROM (now.state, NEW.trouble);
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION rollout_targets_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rollout_targets t SET state = now.state, trouble = NEW.trouble, updated_at = NEW.updated_at,
        waits = CASE WHEN now.state = 'pending' THEN t.waits + 1 ELSE 0 END
    FROM (SELECT rollout_standing(NEW.state, NEW.trouble) AS state) now
    WHERE t.upgrade_id = NEW.id AND (t.state, t.trouble) IS DISTINCT FROM (now.state, NEW.trouble);
    RETURN NULL;
END $$;
-- +goose StatementEnd
ALTER TABLE rollout_targets DROP COLUMN silent_since;
DROP TRIGGER rollouts_kept ON rollouts;
CREATE TRIGGER rollouts_kept BEFORE DELETE ON rollouts FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE rollouts DROP COLUMN authors;
DELETE FROM alerts WHERE kind = 'rollout';
DROP INDEX alerts_one_open_rollout;
ALTER TABLE alerts
    DROP CONSTRAINT alerts_about,
    DROP COLUMN rollout_id,
    ALTER COLUMN scooter_id SET NOT NULL,
    DROP CONSTRAINT alerts_kind,
    ADD CONSTRAINT alerts_kind CHECK (kind IN (
        'not_secured', 'fault_at_start', 'onboarding', 'renumbering', 'upgrade',
        'low_battery', 'fallen', 'moved', 'offline', 'fault', 'speeding', 'out_of_area'));
