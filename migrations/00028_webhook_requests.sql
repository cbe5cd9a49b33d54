-- +goose Up
-- Which webhook a request made, for one that is repeated. The webhook may be gone since.
CREATE TABLE webhook_requests (
    staff_id   uuid NOT NULL CONSTRAINT webhook_requests_staff_fkey REFERENCES staff,
    key        text NOT NULL CONSTRAINT webhook_requests_key CHECK (length(key) BETWEEN 1 AND 128),
    digest     text NOT NULL,
    webhook_id uuid NOT NULL,
    CONSTRAINT webhook_requests_pkey PRIMARY KEY (staff_id, key)
);
CREATE TRIGGER webhook_requests_immutable BEFORE UPDATE OR DELETE ON webhook_requests
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE webhook_requests;
