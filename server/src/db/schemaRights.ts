/**
 * What migrations let the server's role do, and what a database lets it do: a backup that is restored
 * without its role or its grants has all tables, and a server that may not write them; and where the role
 * may do more, nothing guards the books from the server.
 */
import { SERVER_ROLE } from "./pool.ts";
import { statementsOf } from "./schemaObjects.ts";
import type { Queryable } from "./transaction.ts";

const GRANT = new RegExp(
  `^GRANT (?<privileges>.+) ON (?<kind>FUNCTION |SCHEMA )?(?<names>[\\w, ]+) TO ${SERVER_ROLE}$`,
  "i",
);
const PRIVILEGE = /(\w+)(?: \(([^)]+)\))?/g;

/**
 * The rights that the role has after `migrations`, each as a grant names it: "SELECT ON bets", "UPDATE
 * (seq) ON outbox", "EXECUTE ON FUNCTION lock_round".
 */
export function rightsAfter(migrations: readonly { readonly sql: string }[]): Set<string> {
  const rights = new Set<string>();
  for (const statement of migrations.flatMap(({ sql }) => statementsOf(sql))) {
    const { privileges = "", kind = "", names = "" } = GRANT.exec(statement)?.groups ?? {};
    for (const [, privilege = "", columns] of privileges.matchAll(PRIVILEGE)) {
      const what = columns?.split(", ").map((column) => `${privilege} (${column})`) ?? [privilege];
      for (const name of names.split(", ")) {
        for (const one of what) rights.add(`${one} ON ${kind}${name}`);
      }
    }
  }
  return rights;
}

/**
 * Rights, each with whom it is given to: the server's role where it has it by whatever way, `public` for
 * everybody, and each role that the server's is a member of, as SQL names it; who is a member and has
 * nothing by that may become that role all the same, and each of whom that one is a member.
 */
export type RightsThere = ReadonlyMap<string, readonly string[]>;

/**
 * The rights to the tables and functions of `names`, and to the tables' sequences, in the schema public,
 * and to that schema. Where the role is missing they are everybody's.
 *
 * Who may create in the schema can do whatever the tables' owner can: a function of the very types that
 * are asked for goes before one of Postgres's own for any, and the owner's functions would call it.
 */
export async function rightsThere(
  database: Queryable,
  names: readonly string[],
): Promise<RightsThere> {
  const { rows } = await database.query<{ given: string; holders: string[] }>(
    `WITH holders AS (
      SELECT rolname AS holder, rolname AS acting FROM pg_roles WHERE rolname = $1
      UNION SELECT 'public', 'public'
      UNION SELECT of.rolname, acting.rolname
        FROM pg_roles AS server JOIN pg_auth_members ON member = server.oid
          JOIN pg_roles AS of ON of.oid = roleid
          JOIN pg_roles AS acting ON pg_has_role(of.oid, acting.oid, 'MEMBER')
        WHERE server.rolname = $1
    ), tables AS (
      SELECT oid, relname FROM pg_class
      WHERE relnamespace = to_regnamespace('public') AND relkind = 'r' AND relname = ANY($2)
    ), sequences AS (
      SELECT pg_class.oid, pg_class.relname FROM pg_class
        JOIN pg_depend ON classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype IN ('a', 'i')
        JOIN tables ON refclassid = 'pg_class'::regclass AND refobjid = tables.oid
      WHERE relkind = 'S'
    ), functions AS (
      SELECT oid, proname FROM pg_proc
      WHERE pronamespace = to_regnamespace('public') AND proname = ANY($2)
    ), rights AS (
      SELECT privilege_type || ' ON ' || relname AS given, holder
        FROM holders, tables, ${privilegesOf("r")}
        WHERE has_table_privilege(acting, oid, privilege_type)
      UNION ALL SELECT privilege_type || ' (' || attname || ') ON ' || relname, holder
        FROM holders, tables JOIN pg_attribute ON attrelid = oid AND attnum > 0 AND NOT attisdropped,
          unnest(ARRAY['INSERT', 'UPDATE', 'REFERENCES']) AS privilege_type
        WHERE has_column_privilege(acting, oid, attnum, privilege_type)
      UNION ALL SELECT privilege_type || ' ON SEQUENCE ' || relname, holder
        FROM holders, sequences, ${privilegesOf("s")}
        WHERE has_sequence_privilege(acting, oid, privilege_type)
      UNION ALL SELECT 'EXECUTE ON FUNCTION ' || proname, holder FROM holders, functions
        WHERE has_function_privilege(acting, oid, 'EXECUTE')
      UNION ALL SELECT privilege_type || ' ON SCHEMA public', holder
        FROM holders, ${privilegesOf("n")}
        WHERE has_schema_privilege(acting, 'public', privilege_type))
    SELECT given, array_agg(DISTINCT quote_ident(holder)) AS holders FROM rights GROUP BY given ORDER BY given`,
    [SERVER_ROLE, names],
  );
  return new Map(rows.map(({ given, holders }) => [given, holders]));
}

/** All privileges that this version of Postgres has for a kind of object: those that an owner has. */
function privilegesOf(kind: string): string {
  return `(SELECT privilege_type FROM aclexplode(acldefault('${kind}', 0))) AS privileges`;
}

/** How the server's role stands in a database, whatever it was given. */
export interface RoleThere {
  /** Who is connected, as SQL names it. */
  readonly login: string;
  /** Whom the tables belong to, as SQL names it. */
  readonly owner: string;
  /** That one creates in the schema as who owns it: no grant is needed for that. */
  readonly ownerHasSchema: boolean;
  readonly exists: boolean;
  readonly superuser: boolean;
  /** It owns tables, functions, their schema or the database, so nothing keeps it from changing them. */
  readonly owns: boolean;
  /** The login may work as it. */
  readonly takesLogin: boolean;
}

/** How the role stands where the tables and functions of `names` are. */
export async function roleThere(
  database: Queryable,
  names: readonly string[],
): Promise<RoleThere | undefined> {
  const { rows } = await database.query<RoleThere>(
    `SELECT quote_ident(login.rolname) AS login, server.oid IS NOT NULL AS exists,
       quote_ident(owner.rolname) AS owner,
       pg_has_role(owner.oid, nspowner, 'USAGE') AS "ownerHasSchema",
       coalesce(server.rolsuper, false) AS superuser,
       EXISTS (SELECT FROM pg_class WHERE relowner = server.oid AND relname = ANY($2)
           AND relnamespace = to_regnamespace('public'))
         OR EXISTS (SELECT FROM pg_proc WHERE proowner = server.oid AND proname = ANY($2)
           AND pronamespace = to_regnamespace('public'))
         OR EXISTS (SELECT FROM pg_database WHERE datdba = server.oid AND datname = current_database())
         OR nspowner IS NOT DISTINCT FROM server.oid AS owns,
       login.rolsuper OR coalesce(pg_has_role(login.oid, server.oid, 'MEMBER'), false) AS "takesLogin"
     FROM pg_roles AS login
       JOIN pg_namespace ON pg_namespace.oid = to_regnamespace('public')
       JOIN pg_class AS migrations ON relnamespace = pg_namespace.oid AND relname = 'migrations'
       JOIN pg_roles AS owner ON owner.oid = relowner
       LEFT JOIN pg_roles AS server ON server.rolname = $1
     WHERE login.rolname = session_user`,
    [SERVER_ROLE, names],
  );
  return rows[0];
}

/**
 * Routines and operators of the schema that the tables' owner's functions would call for those of
 * Postgres, or of `names`, and that neither that owner nor a superuser made: as DROP names them. What lets
 * somebody make them may be gone again. Where there are no tables yet, who asks would own them.
 */
export async function plantedThere(
  database: Queryable,
  names: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await database.query<{ object: string }>(
    `WITH others AS (
      SELECT oid FROM pg_roles WHERE NOT rolsuper AND oid <> coalesce(
        (SELECT relowner FROM pg_class
          WHERE relname = 'migrations' AND relnamespace = to_regnamespace('public')),
        (SELECT oid FROM pg_roles WHERE rolname = current_user))
    )
    SELECT format('ROUTINE public.%I(%s)', proname, oidvectortypes(proargtypes)) AS object
      FROM pg_proc
      WHERE pronamespace = to_regnamespace('public') AND proowner IN (SELECT oid FROM others)
        AND EXISTS (SELECT FROM pg_proc AS meant WHERE meant.proname = pg_proc.proname
          AND (meant.pronamespace = 'pg_catalog'::regnamespace OR meant.proname = ANY($1)
            AND meant.pronamespace = pg_proc.pronamespace
            AND meant.proowner NOT IN (SELECT oid FROM others)))
    UNION ALL SELECT 'OPERATOR ' || oid::regoperator FROM pg_operator
      WHERE oprnamespace = to_regnamespace('public') AND oprowner IN (SELECT oid FROM others)
    ORDER BY object`,
    [names],
  );
  return rows.map(({ object }) => object);
}
