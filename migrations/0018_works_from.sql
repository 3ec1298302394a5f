-- works with: 18
-- The oldest program that may use a store of this schema, by the schema that it knows: who knows less than the largest
-- of them refuses the store.
ALTER TABLE schema_version ADD COLUMN works_from BIGINT NOT NULL DEFAULT 0;
