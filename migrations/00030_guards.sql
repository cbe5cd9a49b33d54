-- +goose Up

-- These look at, or write, other rows than the one that is written: whoever writes need not have the right to.
ALTER FUNCTION rentals_welcome() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION ledger_balanced() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION stations_room() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION scooters_code() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION scooters_number() SECURITY DEFINER SET search_path = public, pg_temp;
ALTER FUNCTION rollout_targets_follow() SECURITY DEFINER SET search_path = public, pg_temp;


-- Who may not read a password may know that there is one.
ALTER TABLE riders ADD COLUMN has_password boolean NOT NULL GENERATED ALWAYS AS (password_hash <> '') STORED;

-- +goose Down
ALTER TABLE riders DROP COLUMN has_password;
ALTER FUNCTION rollout_targets_follow() SECURITY INVOKER RESET search_path;
ALTER FUNCTION scooters_number() SECURITY INVOKER RESET search_path;
ALTER FUNCTION scooters_code() SECURITY INVOKER RESET search_path;
ALTER FUNCTION stations_room() SECURITY INVOKER RESET search_path;
ALTER FUNCTION ledger_balanced() SECURITY INVOKER RESET search_path;
ALTER FUNCTION rentals_welcome() SECURITY INVOKER RESET search_path;
