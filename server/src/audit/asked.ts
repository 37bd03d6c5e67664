/**
 * What operations were asked for, as far as the hash tells that the log keeps of it (`contentOf`).
 *
 * A hash of a batch that names a spot twice is of more than the log knows, so not every other hash is a
 * fault. One is where it is of a bet on another spot, or of another kind of operation.
 */
import { layoutOf } from "@croupier/shared/core/spots";
import { ZERO_RULES_OF } from "@croupier/shared/core/wheel";
import { CHANGES_NAMED } from "./changes.ts";
import type { SqlCheck } from "./checks.ts";

const hashOf = (text: string): string => `sha256(convert_to(${text}, 'UTF8'))`;

const PLACEMENT = "'|' || (change->>0) || ':' || (change->>1)";

/** Whether the hash is that of what an operation is logged with, for a query of operations. */
export const IS_AS_ASKED = `content = ${hashOf(`CASE
  WHEN kind IS DISTINCT FROM 'bet' THEN kind
  WHEN jsonb_typeof(changes) <> 'array' THEN NULL
  WHEN jsonb_array_length(changes) = 1 THEN 'bet|' || (changes->0->>0) || ':' || (changes->0->>1)
  ELSE 'bet' || (SELECT string_agg(${PLACEMENT}, '' ORDER BY place)
    FROM jsonb_array_elements(changes) WITH ORDINALITY AS placed (change, place)) END`)}`;

const WHEELS = Object.keys(ZERO_RULES_OF) as (keyof typeof ZERO_RULES_OF)[];
const SPOTS = new Set(WHEELS.flatMap((wheel) => layoutOf(wheel).spots.map(({ id }) => id)));
const listed = (texts: Iterable<string>): string =>
  Array.from(texts, (text) => `('${text}')`).join(", ");

/** No operation is logged as what it was not asked for. */
export const ASKED_CHECK: SqlCheck = {
  check: "no operation is logged as another one than was asked for",
  count: "SELECT count(*) AS counted FROM operations",
  faults: `SELECT format('operation %s of player %s: logged as %s %s, asked for as %s', op, player_id,
      kind, ${CHANGES_NAMED}, coalesce(asked, 'another kind')) AS fault
    FROM (SELECT * FROM operations WHERE ${IS_AS_ASKED} IS NOT TRUE OFFSET 0) AS doubted
      LEFT JOIN LATERAL (
        SELECT asked FROM (
          SELECT 'bet|' || spot || ':' || stake_change FROM (VALUES ${listed(SPOTS)}) AS spots (spot)
          UNION ALL VALUES ${listed(["undo", "clear", "double", "repeat"])}
        ) AS all_asked (asked) WHERE content = ${hashOf("asked")}
      ) AS meant ON true
    WHERE kind <> 'bet' OR asked IS NOT NULL`,
};
