-- +goose Up
-- Mails to riders, written together with what they tell of. What is over keeps neither address nor content.
CREATE TABLE letters (
    id         uuid        PRIMARY KEY,
    rider_id   uuid        CONSTRAINT letters_rider_fkey REFERENCES riders, -- null: nobody's yet, or nobody's any more
    kind       text        NOT NULL CONSTRAINT letters_kind CHECK (kind ~ '^[a-z_]{1,40}$'),
    language   text        NOT NULL CONSTRAINT letters_language CHECK (language IN ('es', 'en')),
    content    text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    attempts   integer     NOT NULL DEFAULT 0,
    due_at     timestamptz DEFAULT now(), -- null: it is over
    sent_at    timestamptz,               -- null: it has not gone out
    trouble    text        NOT NULL DEFAULT '',
    CONSTRAINT letters_forgotten CHECK (due_at IS NOT NULL OR content = '')
);
CREATE INDEX letters_due ON letters (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX letters_of_rider ON letters (rider_id) WHERE rider_id IS NOT NULL;

-- +goose Down
DROP TABLE letters;
