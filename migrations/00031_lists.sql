-- +goose Up
-- What the lists of staff are filtered and sorted by.
CREATE INDEX riders_created ON riders (created_at, id);
CREATE INDEX riders_name ON riders (lower(last_name || ' ' || first_name), id);
CREATE INDEX riders_email ON riders (lower(email), id);
CREATE INDEX rentals_created ON rentals (created_at, id);
CREATE INDEX rentals_of_plate ON rentals (plate, created_at, id);
CREATE INDEX rentals_amount ON rentals (coalesce((bill #>> '{total,amount}')::bigint, 0), id);
CREATE INDEX ledger_transactions_booked ON ledger_transactions (booked_at, id);
CREATE INDEX ledger_transactions_of_kind ON ledger_transactions (kind, booked_at, id);
-- These take the places of those without the time.
DROP INDEX audit_log_at, audit_log_staff, audit_log_action_id, audit_log_subject_id;
CREATE INDEX audit_log_at ON audit_log (at, id);
CREATE INDEX audit_log_staff ON audit_log (staff_email, at, id);
CREATE INDEX audit_log_action_at ON audit_log (action, at, id);
CREATE INDEX audit_log_subject_at ON audit_log (subject, at, id);

-- +goose Down
DROP INDEX audit_log_at, audit_log_staff, audit_log_action_at, audit_log_subject_at;
CREATE INDEX audit_log_at ON audit_log (at);
CREATE INDEX audit_log_staff ON audit_log (staff_email, id);
CREATE INDEX audit_log_action_id ON audit_log (action, id);
CREATE INDEX audit_log_subject_id ON audit_log (subject, id);
DROP INDEX ledger_transactions_of_kind, ledger_transactions_booked, rentals_amount, rentals_of_plate, rentals_created,
    riders_email, riders_name, riders_created;
