-- +goose Up
CREATE TABLE alerts (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scooter_id bigint      NOT NULL CONSTRAINT alerts_scooter_fkey REFERENCES scooters,
    plate      text        NOT NULL,
    kind       text        NOT NULL CONSTRAINT alerts_kind CHECK (kind IN ('not_secured', 'fault_at_start')),
    text       text        NOT NULL,
    rental_id  uuid        CONSTRAINT alerts_rental_fkey REFERENCES rentals,
    opened_at  timestamptz NOT NULL DEFAULT now(),
    closed_at  timestamptz,
    closed_by  text        NOT NULL DEFAULT '',
    CONSTRAINT alerts_closed CHECK ((closed_at IS NULL) = (closed_by = ''))
);
CREATE UNIQUE INDEX alerts_one_open ON alerts (scooter_id, kind) WHERE closed_at IS NULL;
CREATE INDEX alerts_opened ON alerts (opened_at DESC);

-- +goose Down
DROP TABLE alerts;
