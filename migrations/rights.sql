-- What each part of Rodada may do in the database. `rodada migrate` takes every right away and gives these, in one transaction,
-- after the migrations; so this file is all there is to know, and what it does not name is closed: a new table is seen by the
-- owner alone. A table stands under its noun; say for each who may do what, or that it is closed.
--
--   :login   who somebody is. Reads what an account is known by, and writes nothing. Nobody else reads a password's hash.
--   :api     answers riders and staff.
--   :worker  runs the workflows and sends what is to be sent.
--   :bridge  carries what scooters say; of the books it reads the zones.
--
-- What never changes may only be added to. Triggers look and write with the owner's rights where they are SECURITY DEFINER.

-- closed: goose_db_version
-- closed: mqtt_users, mqtt_rights (views for a broker that reads its accounts here; grant them to the broker's own user)

-- People

GRANT SELECT (id, first_name, last_name, email, password_hash, language, suspended_at, deleted_at) ON riders TO :login;
GRANT SELECT (id, first_name, last_name, email, phone, language, created_at, suspended_at, suspended_reason, deleted_at, has_password), INSERT,
    UPDATE (first_name, last_name, email, password_hash, phone, language, suspended_at, suspended_reason, deleted_at) ON riders TO :api;

GRANT SELECT (id, first_name, last_name, email, password_hash, permissions, created_at, password_expires_at, suspended_at, suspended_reason,
    totp_secret) ON staff TO :login;
GRANT SELECT (id, first_name, last_name, email, permissions, created_at, password_expires_at, suspended_at, suspended_reason,
    totp_secret, totp_pending, totp_step, totp_misses, totp_retry_at), INSERT,
    UPDATE (first_name, last_name, password_hash, permissions, password_expires_at, suspended_at, suspended_reason,
    totp_secret, totp_pending, totp_step, totp_misses, totp_retry_at) ON staff TO :api;
GRANT SELECT (id, email) ON staff TO :worker;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON staff_recovery_codes TO :api;

GRANT SELECT (family, subject, ended_at) ON sessions TO :login;
GRANT SELECT, INSERT, UPDATE (expires_at, ended_at, used_at, proved_at), DELETE ON sessions TO :api;
GRANT SELECT, INSERT, UPDATE (spent_at), DELETE ON session_tokens TO :api;

GRANT SELECT (id, name, permissions, networks, created_at, expires_at, suspended_at, suspended_reason, deleted_at) ON services TO :login;
GRANT SELECT, INSERT,
    UPDATE (name, permissions, networks, expires_at, suspended_at, suspended_reason, deleted_at, used_at, used_from) ON services TO :api;
GRANT SELECT (id, service_id, hash, tokens) ON service_secrets TO :login;
GRANT SELECT (id, service_id, tokens, created_at, used_at), INSERT, UPDATE (tokens, used_at), DELETE ON service_secrets TO :api;

GRANT SELECT, INSERT, DELETE ON rider_logins, login_flows, login_codes TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON proofs TO :api;
GRANT SELECT (id, rider_id), INSERT, DELETE ON letters TO :api;
GRANT SELECT, INSERT, UPDATE (content, attempts, due_at, sent_at, trouble), DELETE ON letters TO :worker;

-- What staff did

-- The database alone says when, and in which order.
GRANT SELECT, INSERT (staff_id, service_id, staff_email, action, subject, before, after, reason, address, request_id) ON audit_log TO :api;
GRANT SELECT (id), INSERT (staff_id, service_id, staff_email, action, subject, before, after, reason, address, request_id) ON audit_log TO :worker;
GRANT SELECT ON audit_chain, audit_heads TO :worker;
REVOKE ALL ON FUNCTION audit_tell(interval, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_tell(interval, bigint) TO :worker;
-- closed: audit_turns

-- Money

GRANT SELECT, INSERT ON ledger_accounts, ledger_transactions, ledger_entries TO :api, :worker;
GRANT SELECT, INSERT, UPDATE (reference, removed_at, due_at) ON payment_customers TO :api;
GRANT SELECT, UPDATE (due_at), DELETE ON payment_customers TO :worker;
GRANT SELECT, INSERT, UPDATE ON payment_methods TO :api;
GRANT SELECT, UPDATE (reference, due_at) ON payment_methods TO :worker;
GRANT SELECT, INSERT, UPDATE (state, failure, settled_at, reference, key, digest) ON payments TO :api;
GRANT SELECT, INSERT, UPDATE (state, failure, settled_at, reference) ON payments TO :worker;
GRANT SELECT, INSERT ON payment_events TO :api;
GRANT SELECT, DELETE ON payment_events TO :worker;
GRANT SELECT, INSERT, UPDATE (attempts, trouble, next_at, ended_at) ON debts TO :api, :worker;
GRANT SELECT ON debtors TO :worker;

-- Prices: a version never changes, but one that has not begun may be withdrawn.

GRANT SELECT, INSERT, UPDATE (version) ON tariffs TO :api;
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON tariff_versions, price_rules TO :api;
GRANT SELECT, UPDATE ON price_book TO :api; -- a trigger counts, and who changes prices waits for who does
GRANT SELECT, INSERT, UPDATE (redeemed, ended_at) ON promotions TO :api;
GRANT SELECT, INSERT ON redemptions TO :api;
GRANT SELECT, INSERT ON receipts TO :api;
GRANT SELECT, UPDATE (last) ON receipt_numbers TO :api;
GRANT SELECT, INSERT ON trace_keys, rider_traces TO :api; -- by which somebody is known who comes back
GRANT SELECT, INSERT, UPDATE (ended_at) ON pass_products TO :api;
GRANT SELECT, INSERT, UPDATE (revoked_at, refunded) ON passes TO :api;

-- The fleet

GRANT SELECT, INSERT, UPDATE ON models TO :api;
GRANT SELECT ON models TO :worker;
GRANT SELECT, INSERT, UPDATE ON scooters TO :api;
GRANT SELECT, UPDATE ON scooters TO :worker;
GRANT SELECT, INSERT ON scooter_events TO :api, :worker;
GRANT SELECT ON spent_codes TO :api; -- a trigger writes them
GRANT SELECT, UPDATE ON scooter_boxes TO :api;
GRANT SELECT, INSERT, UPDATE ON scooter_boxes TO :worker;
GRANT SELECT, INSERT, UPDATE ON stations TO :api;
GRANT SELECT ON stations TO :worker;
GRANT SELECT, INSERT ON station_events TO :api;
GRANT SELECT, INSERT, UPDATE ON mqtt_credentials, onboardings, renumberings TO :api;
GRANT SELECT, INSERT, UPDATE ON mqtt_credentials TO :worker;
GRANT SELECT, UPDATE ON onboardings, renumberings TO :worker;

-- Zones

GRANT SELECT, INSERT ON zones, zone_sets, zone_imports TO :api;
GRANT UPDATE ON zone_sets TO :api; -- to lock the table; a trigger keeps the rows
GRANT SELECT, INSERT, UPDATE (until_set) ON zone_versions TO :api;
GRANT SELECT ON zone_sets, zone_versions TO :worker, :bridge;

-- Rides and commands

GRANT SELECT, INSERT, UPDATE ON rentals TO :api;
GRANT SELECT, UPDATE ON rentals TO :worker;
GRANT SELECT, INSERT, UPDATE (key) ON rental_keys TO :api;
GRANT SELECT, INSERT ON rental_events TO :api, :worker;
GRANT SELECT, INSERT ON commands TO :api;
GRANT SELECT, UPDATE ON commands TO :worker;
GRANT SELECT, INSERT, UPDATE ON sends TO :api, :worker;

-- Alerts and who is told of them

GRANT SELECT, INSERT, UPDATE ON alerts TO :api, :worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhooks TO :api;
GRANT SELECT ON webhooks TO :worker;
GRANT SELECT, INSERT ON webhook_requests TO :api;
GRANT SELECT, INSERT ON webhook_deliveries TO :api;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO :worker;

-- Firmware

GRANT SELECT, INSERT ON firmware_bytes TO :api;
GRANT SELECT, INSERT, UPDATE ON firmware_images TO :api;
GRANT SELECT ON firmware_bytes, firmware_images TO :worker;
GRANT SELECT, INSERT, UPDATE ON upgrades TO :api, :worker;
GRANT SELECT, INSERT ON upgrade_decisions TO :api;
GRANT SELECT, DELETE ON upgrade_decisions TO :worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON rollouts TO :api;
GRANT SELECT, UPDATE ON rollouts TO :worker;
GRANT SELECT, INSERT, UPDATE ON rollout_groups TO :api;
GRANT SELECT, UPDATE ON rollout_groups TO :worker;
GRANT SELECT, INSERT, UPDATE ON rollout_targets TO :api, :worker;
