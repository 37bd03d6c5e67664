/**
 * The rounds of a run, each proven from its public record and held against what the bots saw: the
 * commitment before betting closed, the pocket, every payout.
 */
import { checkRecord, isGenuine } from "@croupier/shared/core/record";
import type { RoundRecord } from "@croupier/shared/core/recordShape";
import type { Payout } from "@croupier/shared/core/types";
import type { Retry } from "./api.ts";
import { getJson } from "./api.ts";
import type { GivenSeed, RoundNotes } from "./journal.ts";
import type { PlayerOutcome } from "./results.ts";
import type { RoundSighting } from "./sightings.ts";
import { emptySighting } from "./sightings.ts";

export interface Verification {
  /** Settled rounds that are proven and fit what the bots saw. */
  readonly verified: number;
  /** Rounds that have ended, settled or void. */
  readonly finished: number;
  /** Those that are void, each with its reason. */
  readonly voided: readonly string[];
  readonly faults: readonly string[];
  /** Staked and returned over all rounds of the run, by player, from the records. */
  readonly chipsOf: ReadonlyMap<string, { readonly staked: number; readonly returned: number }>;
}

type FinishedRecord = Exclude<RoundRecord, { status: "open" }>;

/** What all threads together saw of each round. */
export function mergeSightings(all: readonly (readonly RoundSighting[])[]): RoundSighting[] {
  const merged = new Map<string, RoundSighting>();
  for (const sighting of all.flat()) {
    const key = `${sighting.tableId}|${sighting.round}`;
    const known = merged.get(key);
    if (known === undefined) {
      merged.set(key, { ...sighting, resultAt: [...sighting.resultAt] });
      continue;
    }
    known.commitment ||= sighting.commitment;
    known.entropy ||= sighting.entropy;
    known.betsDigest ||= sighting.betsDigest;
    known.pocket ||= sighting.pocket;
    known.resultAt.push(...sighting.resultAt);
    for (const [phase, lateMs] of Object.entries(sighting.lateMs)) {
      const before = known.lateMs[phase as keyof typeof known.lateMs];
      known.lateMs[phase as keyof typeof known.lateMs] = Math.min(before ?? lateMs, lateMs);
    }
  }
  return [...merged.values(), ...unseenBetween([...merged.values()])];
}

/** Rounds that nobody saw, between rounds that were seen: everyone was away then. */
function unseenBetween(seen: readonly RoundSighting[]): RoundSighting[] {
  return [...Map.groupBy(seen, ({ tableId }) => tableId)].flatMap(([tableId, sightings]) => {
    const rounds = new Set(sightings.map(({ round }) => round));
    const first = Math.min(...rounds);
    const unseen: RoundSighting[] = [];
    for (let round = first; round < Math.max(...rounds); round += 1) {
      if (!rounds.has(round)) unseen.push(emptySighting(tableId, round));
    }
    return unseen;
  });
}

/** Reads and proves every round that the bots saw or have chips in. */
export async function verifyOutcomes(
  url: string,
  run: { readonly sightings: readonly RoundSighting[]; readonly players: readonly PlayerOutcome[] },
  retry: Retry,
): Promise<Verification> {
  const faults: string[] = [];
  const voided: string[] = [];
  const chipsOf = new Map<string, { staked: number; returned: number }>();
  const notesOf = notesByRound(run.players);
  const seedOf = new Map(run.players.map(({ playerId, seed }) => [playerId, seed]));
  let verified = 0;
  let finished = 0;
  for (const sighting of run.sightings) {
    const name = `table ${sighting.tableId} round ${sighting.round}`;
    const notes =
      notesOf.get(`${sighting.tableId}|${sighting.round}`) ?? new Map<string, RoundNotes>();
    const record = await readRecord(url, sighting, retry);
    if (record.status === "open") {
      const staked = [...notes.values()].some(({ stake }) => stake > 0);
      if (staked) faults.push(`${name}: chips of bots are in a round that does not finish`);
      continue;
    }
    finished += 1;
    if (record.status === "void") voided.push(`${name}: ${record.reason}`);
    const found = [
      ...recordFaults(record, sighting),
      ...payoutFaults(record, notes),
      ...seedFaults(record, notes, seedOf),
    ];
    faults.push(...found.map((fault) => `${name}: ${fault}`));
    if (found.length === 0 && record.status === "settled") verified += 1;
    for (const { playerId, stake, returned } of payoutsOf(record)) {
      const sum = chipsOf.get(playerId) ?? { staked: 0, returned: 0 };
      chipsOf.set(playerId, { staked: sum.staked + stake, returned: sum.returned + returned });
    }
  }
  return { verified, finished, voided, faults, chipsOf };
}

/** The record of a round; not yet finished ones are proven no further. */
async function readRecord(
  url: string,
  { tableId, round }: RoundSighting,
  retry: Retry,
): Promise<RoundRecord> {
  return (await getJson(`${url}/api/rounds/${tableId}/${round}`, retry)) as RoundRecord;
}

function recordFaults(record: FinishedRecord, seen: RoundSighting): string[] {
  const checks = checkRecord(record);
  const faults = checks
    .filter((check) => !check.ok)
    .map((check) => `${check.check} (${check.field}): ${check.detail}`);
  if (!isGenuine(checks) && faults.length === 0) faults.push("nothing could be checked");
  const claims = [
    ["commitment", seen.commitment, record.commitment],
    ["entropy", seen.entropy, record.entropy],
    ["bets digest", seen.betsDigest, record.betsDigest],
    ["pocket", seen.pocket, record.status === "settled" ? record.pocket : seen.pocket],
  ] as const;
  for (const [what, shown, recorded] of claims) {
    if (shown !== "" && shown !== recorded) {
      faults.push(`the ${what} shown was ${shown}, the record has ${recorded}`);
    }
  }
  return faults;
}

type NotesOfRound = ReadonlyMap<string, RoundNotes>;

/** Whether every bot was told, and had acknowledged, what the record says about it. */
function payoutFaults(record: FinishedRecord, notes: NotesOfRound): string[] {
  const payouts = new Map(payoutsOf(record).map((payout) => [payout.playerId, payout]));
  return [...notes].flatMap(([playerId, note]) => {
    const payout = payouts.get(playerId);
    const fault = noteFault(note, payout);
    return fault === null ? [] : [`player ${playerId}: ${fault}`];
  });
}

/** Whether the client seed of every bot with chips in the round went into its entropy. */
function seedFaults(
  { clientSeeds, round }: FinishedRecord,
  notes: NotesOfRound,
  seedOf: ReadonlyMap<string, GivenSeed | null>,
): string[] {
  const used = new Map(clientSeeds.map(({ playerId, seed }) => [playerId, seed]));
  return [...notes.keys()].flatMap((playerId) => {
    const given = seedOf.get(playerId) ?? null;
    if (given === null || round < given.fromRound) return [];
    const seed = used.get(playerId);
    return seed === given.seed ? [] : [`player ${playerId} gave ${given.seed}, used was ${seed}`];
  });
}

function noteFault(note: RoundNotes, payout: Payout | undefined): string | null {
  const stake = payout?.stake ?? 0;
  const returned = payout?.returned ?? 0;
  if (note.certain && note.stake !== stake) {
    return `acknowledged ${note.stake} chips, the record has ${stake}`;
  }
  const { settled, voided } = note;
  if (settled && (settled.stake !== stake || settled.returned !== returned)) {
    return `told ${settled.returned} for ${settled.stake}, the record has ${returned} for ${stake}`;
  }
  if (voided && voided.stake !== returned) {
    return `told that ${voided.stake} went back, the record has ${returned}`;
  }
  return null;
}

/** Payouts of a record; of a void round every stake. */
function payoutsOf(record: FinishedRecord): readonly Payout[] {
  if (record.payouts !== undefined) return record.payouts;
  const stakes = new Map<string, number>();
  for (const { playerId, amount } of record.bets) {
    stakes.set(playerId, (stakes.get(playerId) ?? 0) + amount);
  }
  return [...stakes].map(([playerId, stake]) => ({ playerId, stake, returned: stake }) as Payout);
}

function notesByRound(players: readonly PlayerOutcome[]): Map<string, Map<string, RoundNotes>> {
  const byRound = new Map<string, Map<string, RoundNotes>>();
  for (const { playerId, rounds } of players) {
    for (const notes of rounds) {
      const key = `${notes.tableId}|${notes.round}`;
      const ofRound = byRound.get(key) ?? new Map<string, RoundNotes>();
      byRound.set(key, ofRound.set(playerId, notes));
    }
  }
  return byRound;
}
