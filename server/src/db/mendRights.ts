/** What tells whoever starts a server how rights become those that the migrations give: in one line. */
import { SERVER_ROLE } from "./pool.ts";
import type { RightsThere, RoleThere } from "./schemaRights.ts";

export interface RightsAsked {
  /** What the migrations that the database has let the role do; see `rightsAfter`. */
  readonly wanted: ReadonlySet<string>;
  /** What it may do besides: with the migrations that another process may just be applying. */
  readonly known: ReadonlySet<string>;
  readonly there: RightsThere;
  readonly role: RoleThere;
  /** What is to be dropped; see `plantedThere`. */
  readonly planted: readonly string[];
}

/**
 * One line with what is wrong and the statements that mend it, grouped by what they are about; null where
 * nothing is.
 */
export function faultOfRights(asked: RightsAsked): string | null {
  const { wanted, there, role, planted } = asked;
  const excess = excessOf(asked);
  const missing = [...wanted].filter((right) => !there.get(right)?.includes(SERVER_ROLE));
  const ofRoles = [...lackedBy(role), ...takenFrom(role), ...membershipsBehind(excess, there)];
  // What is had by the role's own standing is gone with it: the next start sees what is left.
  const byRole = ofRoles.some((statement) => !/^(CREATE|GRANT)/.test(statement));
  const ofObjects = byRole
    ? []
    : [
        ...revoking(excess, there),
        ...leavingToOwner(excess, asked),
        ...granting(missing, asked, excess),
      ];
  // Before they become the owner's.
  const drops = planted.map((object) => `DROP ${object};`);
  const statements = [...drops, ...ofRoles, ...ofObjects].join(" ");
  if (statements === "") return null;
  const tooMuch = excess.length > 0 || role.owns || role.superuser;
  const lacks = [
    ...(role.exists ? [] : [`The database lacks the role ${SERVER_ROLE}.`]),
    ...(role.exists && !role.takesLogin
      ? [`The database does not let ${role.login} work as ${SERVER_ROLE}.`]
      : []),
    ...(role.exists && missing.length > 0 ? [`The database lacks rights of ${SERVER_ROLE}.`] : []),
  ];
  const whom = role.exists ? SERVER_ROLE : "everybody";
  // The schema need not be the tables' owner's.
  const ofOthers = [
    ...drops,
    ...ofRoles,
    ...ofObjects.filter((one) => one.includes(" ON SCHEMA ")),
  ];
  const runner = ofOthers.length > 0 ? "a superuser" : "the tables' owner";
  return [
    ...lacks,
    ...(tooMuch ? [`The database lets ${whom} do what no migration lets the server do.`] : []),
    ...(planted.length > 0 ? ["Others have made what the owner's functions would call."] : []),
    lacks.length > 0
      ? "Restore it whole from a backup, with its roles and their rights; where nothing else is missing, run"
      : "Run",
    `as ${runner}: ${statements}`,
    ...(tooMuch || planted.length > 0 ? ["Then prove the books with npm run audit."] : []),
  ].join(" ");
}

/** What changes something and no migration gives; of a table as a whole where it is had as a whole. */
function excessOf({ known, there }: RightsAsked): string[] {
  return [...there.keys()].filter((right) => {
    const ofTable = right.replace(/ \(\w+\)/, "");
    if (ofTable !== right && there.has(ofTable)) return false;
    return !known.has(right) && !right.startsWith("SELECT ");
  });
}

function lackedBy({ exists, takesLogin, login }: RoleThere): string[] {
  return [
    ...(exists ? [] : [`CREATE ROLE ${SERVER_ROLE} NOLOGIN;`]),
    ...(takesLogin ? [] : [`GRANT ${SERVER_ROLE} TO ${login};`]),
  ];
}

function takenFrom({ superuser, owns, login }: RoleThere): string[] {
  return [
    ...(superuser ? [`ALTER ROLE ${SERVER_ROLE} NOSUPERUSER;`] : []),
    ...(owns ? [`REASSIGN OWNED BY ${SERVER_ROLE} TO ${login};`] : []),
  ];
}

/** The roles by which the server's has such rights: what everybody has is of no role. */
function membershipsBehind(excess: readonly string[], there: RightsThere): string[] {
  const holders = excess.flatMap((right) => {
    const of = there.get(right) ?? [];
    return of.includes(EVERYBODY) ? [] : of;
  });
  const others = [...new Set(holders)].filter((holder) => holder !== SERVER_ROLE);
  return others.map((role) => `REVOKE ${role} FROM ${SERVER_ROLE};`);
}
const EVERYBODY = "public";

function revoking(excess: readonly string[], there: RightsThere): string[] {
  const everybodys = excess.filter((right) => there.get(right)?.includes(EVERYBODY));
  const own = excess.filter((right) => !everybodys.includes(right));
  return [
    ...statements("REVOKE", everybodys, `FROM PUBLIC, ${SERVER_ROLE}`),
    ...statements("REVOKE", own, `FROM ${SERVER_ROLE}`),
  ];
}

/** What the tables' owner may have as everybody only, and needs for the next migration. */
function leavingToOwner(
  excess: readonly string[],
  { there, role: { owner, ownerHasSchema } }: RightsAsked,
): string[] {
  if (ownerHasSchema) return [];
  const everybodys = excess.filter((right) => there.get(right)?.includes(EVERYBODY));
  const creating = everybodys.filter((right) => right.startsWith("CREATE ON SCHEMA "));
  return statements("GRANT", creating, `TO ${owner}`);
}

/** What is missing, and what goes as well where a right is taken from a whole table: that to its columns. */
function granting(
  missing: readonly string[],
  { wanted }: RightsAsked,
  excess: readonly string[],
): string[] {
  const gone = [...wanted].filter((right) => excess.includes(right.replace(/ \(\w+\)/, "")));
  return statements("GRANT", [...new Set([...missing, ...gone])], `TO ${SERVER_ROLE}`);
}

const RIGHT = /^(?<privilege>\w+)(?: \((?<column>\w+)\))? ON (?<kind>[A-Z]+ )?(?<name>\w+)$/;

/** One statement for all objects of which the same is said. */
function statements(verb: string, rights: readonly string[], tail: string): string[] {
  const ofObjects = new Map<string, Map<string, string[]>>();
  for (const right of rights) {
    const { privilege = "", column, kind = "", name = "" } = RIGHT.exec(right)?.groups ?? {};
    const object = `${kind}${name}`;
    const privileges = ofObjects.get(object) ?? new Map<string, string[]>();
    ofObjects.set(object, privileges);
    const columns = privileges.get(privilege) ?? [];
    privileges.set(privilege, column === undefined ? columns : [...columns, column]);
  }
  const alike = Map.groupBy(ofObjects, ([object, privileges]) => {
    const kind = /^[A-Z]+ /.exec(object)?.[0] ?? "";
    return `${listOf(privileges)} ON ${kind}`;
  });
  return [...alike].map(([what, objects]) => {
    const names = objects.map(([object]) => object.replace(/^[A-Z]+ /, ""));
    return `${verb} ${what}${names.join(", ")} ${tail};`;
  });
}

function listOf(privileges: ReadonlyMap<string, readonly string[]>): string {
  return [...privileges]
    .map(([name, columns]) => (columns.length === 0 ? name : `${name} (${columns.join(", ")})`))
    .join(", ");
}
