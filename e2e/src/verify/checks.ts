/** The checks of one round beside its neighbours. */
import type { RecordCheck } from "@croupier/shared/core/record";
import { checkRecord } from "@croupier/shared/core/record";

/** A record as it was read, with what it was asked for. */
export interface Entry {
  /** How its lines begin. */
  readonly name: string;
  /** What the record must be of; absent where only the record tells. */
  readonly expected?: { readonly tableId: string; readonly round: number };
  readonly record: unknown;
}

/** First rounds of a table's seed chains with their anchors, the seeds before those rounds. */
export type Anchors = ReadonlyMap<number, string>;

/** Everything that one record says for itself. */
export function checksOf({ expected, record }: Entry): readonly RecordCheck[] {
  const checks = checkRecord(record);
  if (expected === undefined) return checks;
  const { tableId, round } = fieldsOf(record);
  const ok = tableId === expected.tableId && round === expected.round;
  const detail = ok
    ? `table ${expected.tableId}, round ${expected.round}`
    : `asked for table ${expected.tableId}, round ${expected.round}; the record is of ${tableId}, ${round}`;
  return [{ check: "identity", field: "tableId, round", ok, detail }, ...checks];
}

/**
 * That a round follows the one before without a gap, and was committed to by its seed; at the
 * beginning of a chain, by the published anchor.
 */
export function chainChecks(
  entry: Entry,
  { before, anchors }: { readonly before: Entry | undefined; readonly anchors: Anchors },
): readonly RecordCheck[] {
  const now = fieldsOf(entry.record);
  const checks: RecordCheck[] = [];
  const anchor = typeof now.round === "number" ? anchors.get(now.round) : undefined;
  if (anchor !== undefined) {
    checks.push(linked("anchor", now.commitment, { name: "the published anchor", seed: anchor }));
  }
  if (before === undefined) return checks;
  const last = fieldsOf(before.record);
  const follows = now.tableId === last.tableId && now.round === Number(last.round) + 1;
  checks.push({
    check: "no gap",
    field: "round",
    ok: follows,
    detail: follows
      ? `follows round ${last.round}`
      : `round ${now.round} of ${now.tableId} does not follow round ${last.round} of ${last.tableId}`,
  });
  if (anchor === undefined) {
    const seed = { name: `the seed of round ${last.round}`, seed: last.seed };
    checks.push(linked("chain", now.commitment, seed));
  }
  return checks;
}

function linked(
  check: string,
  commitment: unknown,
  { name, seed }: { readonly name: string; readonly seed: unknown },
): RecordCheck {
  const ok = typeof seed === "string" && commitment === seed;
  const detail = ok
    ? `${name} commits to it`
    : `the commitment ${commitment} is not ${name}, ${seed}`;
  return { check, field: "commitment", ok, detail };
}

type Fields = Readonly<Record<"tableId" | "round" | "commitment" | "seed", unknown>>;

function fieldsOf(record: unknown): Fields {
  const { tableId, round, commitment, seed } = (record ?? {}) as Partial<Fields>;
  return { tableId, round, commitment, seed };
}
