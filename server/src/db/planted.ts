/** A start, or an audit, holds the rights in a database to those that the migrations give. */
import type { Pool } from "pg";
import { faultOfRights } from "./mendRights.ts";
import type { Schema } from "./migrate.ts";
import { readMigrations, readSchema, SchemaError } from "./migrate.ts";
import { namesIn, objectsAfter } from "./schemaObjects.ts";
import type { RoleThere } from "./schemaRights.ts";
import { plantedThere, rightsAfter, rightsThere, roleThere } from "./schemaRights.ts";
import type { Queryable } from "./transaction.ts";
import { inCatalog } from "./transaction.ts";

/**
 * Throws {@link SchemaError} where others have made what the pool's user would call for Postgres's own.
 * It comes before any question that could call it: that would run as the user, who may be the owner.
 */
export async function checkPlanted(pool: Pool): Promise<void> {
  await inCatalog(pool, async (client) => {
    const names = namesIn(objectsAfter(await readMigrations()));
    const planted = await plantedThere(client, ["migrations", ...names]);
    if (planted.length === 0) return;
    await checkRights(client, await readSchema(client), planted);
    // There are no tables yet, or no rights to them.
    throw new SchemaError(faultOfRights({ ...NO_RIGHTS, planted }) ?? "");
  });
}

/** The server may do what the recorded migrations let it do, and change nothing else of theirs. */
export async function checkRights(
  client: Queryable,
  { applied, missing }: Schema,
  planted: readonly string[] = [],
): Promise<void> {
  const wanted = rightsAfter(applied);
  // Of before there was the role.
  if (wanted.size === 0) return;
  const names = ["migrations", ...namesIn(objectsAfter(applied))];
  const role = await roleThere(client, names);
  if (role === undefined) return;
  const known = rightsAfter([...applied, ...missing]);
  const there = await rightsThere(client, names);
  const fault = faultOfRights({ wanted, known, there, role, planted });
  if (fault !== null) throw new SchemaError(fault);
}

const AS_IT_SHOULD: RoleThere = {
  login: "",
  owner: "",
  ownerHasSchema: true,
  exists: true,
  superuser: false,
  owns: false,
  takesLogin: true,
};
const NO_RIGHTS = {
  wanted: new Set<string>(),
  known: new Set<string>(),
  there: new Map<string, readonly string[]>(),
  role: AS_IT_SHOULD,
};
