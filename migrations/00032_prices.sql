-- +goose Up
-- A version of a price holds from a moment on. It never changes, but one that has not begun may be withdrawn.
-- +goose StatementBegin
CREATE FUNCTION only_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - 'withdrawn_at' <> to_jsonb(NEW) - 'withdrawn_at' THEN
        broken := TG_TABLE_NAME || '_immutable';
    ELSIF OLD.withdrawn_at IS NOT NULL THEN
        broken := 'prices_withdrawn';
    ELSIF OLD.starts_at <= clock_timestamp() THEN
        broken := 'prices_begun';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'rows of % never change', TG_TABLE_NAME
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = broken;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

ALTER TABLE tariff_versions DISABLE TRIGGER tariff_versions_immutable;
ALTER TABLE tariff_versions ADD COLUMN starts_at timestamptz, ADD COLUMN withdrawn_at timestamptz;
UPDATE tariff_versions SET starts_at = created_at;
ALTER TABLE tariff_versions ALTER COLUMN starts_at SET NOT NULL, ALTER COLUMN starts_at SET DEFAULT now();
DROP TRIGGER tariff_versions_immutable ON tariff_versions;
CREATE TRIGGER tariff_versions_immutable BEFORE UPDATE OR DELETE ON tariff_versions
    FOR EACH ROW EXECUTE FUNCTION only_withdrawn();

-- Which tariff a ride has, by where, with what and when it begins: the rules of a version as one document.
CREATE TABLE price_rules (
    version      integer     PRIMARY KEY CONSTRAINT price_rules_version CHECK (version > 0),
    plan         jsonb       NOT NULL CONSTRAINT price_rules_plan CHECK (jsonb_typeof(plan) = 'object'),
    starts_at    timestamptz NOT NULL DEFAULT now(),
    created_at   timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz
);
CREATE TRIGGER price_rules_immutable BEFORE UPDATE OR DELETE ON price_rules FOR EACH ROW EXECUTE FUNCTION only_withdrawn();

-- One row that counts the changes of prices: who has read them reads only this number until it grows.
CREATE TABLE price_book (
    one     boolean PRIMARY KEY DEFAULT true CONSTRAINT price_book_one CHECK (one),
    version bigint  NOT NULL
);
INSERT INTO price_book (version) VALUES (1);
-- +goose StatementBegin
CREATE FUNCTION price_book_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE price_book SET version = version + 1;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER tariff_versions_counted AFTER INSERT OR UPDATE ON tariff_versions FOR EACH STATEMENT EXECUTE FUNCTION price_book_grows();
CREATE TRIGGER price_rules_counted AFTER INSERT OR UPDATE ON price_rules FOR EACH STATEMENT EXECUTE FUNCTION price_book_grows();
CREATE TRIGGER models_counted AFTER UPDATE OF tariff_id ON models FOR EACH STATEMENT EXECUTE FUNCTION price_book_grows();

-- +goose Down
DROP TRIGGER models_counted ON models;
DROP TABLE price_rules;
DROP TRIGGER tariff_versions_counted ON tariff_versions;
DROP TRIGGER tariff_versions_immutable ON tariff_versions;
ALTER TABLE tariff_versions DROP COLUMN starts_at, DROP COLUMN withdrawn_at;
CREATE TRIGGER tariff_versions_immutable BEFORE UPDATE OR DELETE ON tariff_versions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TABLE price_book;
DROP FUNCTION price_book_grows();
DROP FUNCTION only_withdrawn();
