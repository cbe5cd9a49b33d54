-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_TABLE_NAME || '_immutable';
END $$;
-- +goose StatementEnd

-- The row hands out the version numbers, one change at a time.
CREATE TABLE tariffs (
    id      text    PRIMARY KEY CONSTRAINT tariffs_id CHECK (id ~ '^[a-z0-9_-]{1,64}$'),
    version integer NOT NULL CONSTRAINT tariffs_version CHECK (version > 0)
);

CREATE TABLE tariff_versions (
    tariff_id  text        NOT NULL CONSTRAINT tariff_versions_tariff_fkey REFERENCES tariffs,
    version    integer     NOT NULL CONSTRAINT tariff_versions_version CHECK (version > 0),
    name       text        NOT NULL,
    currency   text        NOT NULL CONSTRAINT tariff_versions_currency CHECK (currency ~ '^[A-Z]{3}$'),
    plan       jsonb       NOT NULL CONSTRAINT tariff_versions_plan CHECK (jsonb_typeof(plan) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tariff_versions_pkey PRIMARY KEY (tariff_id, version)
);
CREATE TRIGGER tariff_versions_immutable BEFORE UPDATE OR DELETE ON tariff_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE tariff_versions;
DROP TABLE tariffs;
DROP FUNCTION refuse_change();
