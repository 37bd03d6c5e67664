import { expect, it } from "vitest";
import { objectsAfter } from "./schemaObjects.ts";

const objects = (...sql: string[]) => objectsAfter(sql.map((text) => ({ sql: text })));
const after = (...sql: string[]) => [...objects(...sql).keys()].sort();

it("sees what is made, and not what only looks like it", () => {
  expect(
    after(`
      -- CREATE TABLE not_this (id int);
      CREATE TABLE chips (id int, note text DEFAULT 'CREATE TABLE nor_this; (id int)');
      CREATE UNIQUE INDEX chips_id ON chips (id);
      CREATE OR REPLACE FUNCTION count_chips() RETURNS void LANGUAGE plpgsql AS $$
        BEGIN CREATE TABLE nor_that (id int); END $$;
      CREATE TRIGGER chips_stay
        BEFORE DELETE ON chips FOR EACH STATEMENT EXECUTE FUNCTION count_chips();`),
  ).toEqual([
    "column chips.id",
    "column chips.note",
    "function count_chips",
    "index chips_id",
    "table chips",
    "trigger chips_stay",
  ]);
});

it("follows later changes", () => {
  expect(
    after(
      "CREATE TABLE chips (id int); CREATE INDEX chips_id ON chips (id);",
      `ALTER TABLE chips ADD COLUMN colour text, ADD COLUMN value int,
         ADD CONSTRAINT chips_value CHECK (value > 0);
       DROP INDEX IF EXISTS chips_id;`,
      "ALTER TABLE chips DROP COLUMN colour;",
    ),
  ).toEqual([
    "column chips.id",
    "column chips.value",
    "constraint chips.chips_value",
    "table chips",
  ]);
});

it("names constraints as Postgres does", () => {
  const made = after(`
    CREATE TABLE chips (
      id bigint PRIMARY KEY,
      owner text NOT NULL REFERENCES players,
      serial text UNIQUE CHECK (length(serial) > 0),
      length int CHECK (length > 0 OR owner IN ('a, b', 'c)')),
      value int CHECK (value > length),
      CONSTRAINT small CHECK (value < 10)
    ) WITH (fillfactor = 50);
    CREATE TABLE places (x int, y int, PRIMARY KEY (x, y));`);
  expect(made.filter((object) => object.startsWith("constraint "))).toEqual([
    "constraint chips.chips_check",
    "constraint chips.chips_check1",
    "constraint chips.chips_owner_fkey",
    "constraint chips.chips_pkey",
    "constraint chips.chips_serial_check",
    "constraint chips.chips_serial_key",
    "constraint chips.small",
    "constraint places.places_pkey",
  ]);
});

it("knows a function by its last body", () => {
  const made = objects(
    `-- CREATE FUNCTION one() has a body:
     CREATE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$;
     CREATE FUNCTION two() RETURNS int SET search_path = public LANGUAGE sql AS $body$
       SELECT length('$$') $body$;
     ALTER FUNCTION one() STABLE;`,
    "CREATE OR REPLACE FUNCTION one() RETURNS int LANGUAGE sql AS $$ SELECT 2 - 1 $$;",
  );
  expect([...made]).toEqual([
    ["function one", " SELECT 2 - 1 "],
    ["function two", "\n       SELECT length('$$') "],
  ]);
});
