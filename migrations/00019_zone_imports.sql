-- +goose Up
-- Which set an import of zones made, for a request that is repeated.
CREATE TABLE zone_imports (
    staff_id    uuid   NOT NULL CONSTRAINT zone_imports_staff_fkey REFERENCES staff,
    key         text   NOT NULL CONSTRAINT zone_imports_key CHECK (length(key) BETWEEN 1 AND 128),
    digest      text   NOT NULL,
    set_version bigint NOT NULL CONSTRAINT zone_imports_set_fkey REFERENCES zone_sets,
    CONSTRAINT zone_imports_pkey PRIMARY KEY (staff_id, key)
);
CREATE TRIGGER zone_imports_immutable BEFORE UPDATE OR DELETE ON zone_imports
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- +goose Down
DROP TABLE zone_imports;
