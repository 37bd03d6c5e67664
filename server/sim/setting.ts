/** What one seed decides before anything happens: the tables, their seeds, and how much goes wrong. */
import { hash } from "node:crypto";
import type { Chips } from "@croupier/shared/core/chips";
import { asChips } from "@croupier/shared/core/chips";
import type { Limits, SpotKind, TableConfig } from "@croupier/shared/core/types";
import { SPOT_KINDS } from "@croupier/shared/core/types";
import type { Random } from "./random.ts";

/** How likely each kind of trouble is; each seed has its own. */
export interface Faults {
  readonly requestLost: number;
  readonly answerLost: number;
  readonly outcomeUnknown: number;
  /** Of a request or an answer, for longer than a table that froze stands still. */
  readonly delayed: number;
  readonly messageDropped: number;
  readonly messageDuplicated: number;
  /** Of an operation, a lock or a settlement to break an invariant; far likelier again in that round. */
  readonly broken: number;
  /** Of a table's call to the bank to find it damaged; far likelier again for a while. */
  readonly damaged: number;
  /** Between two strokes of chaos, on average. */
  readonly chaosMs: number;
}

export const CALM: Faults = {
  requestLost: 0,
  answerLost: 0,
  outcomeUnknown: 0,
  delayed: 0,
  messageDropped: 0,
  messageDuplicated: 0,
  broken: 0,
  damaged: 0,
  chaosMs: Number.POSITIVE_INFINITY,
};

/** Of so many seeds in a row one has a house of the kind. */
const ONE_OF = {
  /** The processes share the tables; it takes two processes at least. */
  sharing: 3,
  /** A process dies between two effects of one step, and timers are late. */
  rough: 7,
  /** What a process posts waits behind a post whose outcome it seeks. */
  queueing: 4,
  /** Connections of players break while both ends live. */
  dropping: 4,
  /** Betting is long, and players drum: such houses cost twice as much. */
  drumming: 22,
  /** Players take the house to the most that it may have to pay. */
  pushing: 10,
  /** There are two tables, and some players sit at both. */
  roaming: 20,
  /** Tables meet broken invariants, and a bank that fails. */
  breaking: 13,
  /** Processes fall asleep as they take a table, for longer than a lease. */
  drowsy: 12,
  /** What is gone stays away for longer: the bank, dead processes. */
  lasting: 8,
} as const;

/** How much less is lost where players drum, and where trouble lasts. */
const CALMER = 0.1;
/** Long enough for more operations of one player than a round may have. */
const LONGEST_MS = 6_000;

/** What kind of house a seed's is: what a new kind does leaves the runs of all others alone. */
export function kindOf(seed: number) {
  const is = (kind: keyof typeof ONE_OF) => isOf(kind, seed);
  const drumming = is("drumming");
  return {
    sharing: is("sharing"),
    rough: is("rough"),
    // Whoever queues is held up for too long to drum.
    queueing: is("queueing") && !drumming,
    dropping: is("dropping"),
    drumming,
    pushing: is("pushing"),
    roaming: is("roaming"),
    breaking: is("breaking"),
    drowsy: is("drowsy"),
    lasting: is("lasting"),
  };
}

/** Which seed of those in a row it is, chance decides, so that every kind meets every other. */
function isOf(kind: keyof typeof ONE_OF, seed: number): boolean {
  const oneOf = ONE_OF[kind];
  const luck = hash("sha256", `${kind} ${Math.floor(seed / oneOf)}`, "buffer").readUInt32BE();
  return seed % oneOf === luck % oneOf;
}

/**
 * `longestMs`: of a betting time. Trouble comes a few times a round, or once in several. Where posts
 * queue behind one whose outcome is unknown, there are many such; where players drum, most of it gets
 * through.
 */
export function faultsOf(
  random: Random,
  longestMs: number,
  kind: Pick<ReturnType<typeof kindOf>, "queueing" | "drumming" | "breaking" | "lasting">,
): Faults {
  const { queueing, drumming, breaking, lasting } = kind;
  const wild = random.next() * (drumming || lasting ? CALMER : 1);
  const between = (least: number, most: number) => least + (most - least) * random.next();
  return {
    requestLost: 0.03 * wild * random.next(),
    answerLost: 0.03 * wild * random.next(),
    outcomeUnknown: 0.02 * (queueing ? 1 : wild * random.next()),
    delayed: 0.03 * wild * random.next(),
    messageDropped: 0.1 * wild * random.next(),
    messageDuplicated: 0.15 * wild * random.next(),
    broken: breaking ? 0.03 : 0,
    damaged: breaking ? 0.003 : 0,
    chaosMs: random.between(400, 1_000) + Math.round(longestMs * between(drumming ? 2 : 0, 4)),
  };
}

const GAMES = [
  { wheel: "european", zeroRule: "none" },
  { wheel: "european", zeroRule: "la-partage" },
  { wheel: "american", zeroRule: "surrender" },
  { wheel: "american", zeroRule: "none" },
  { wheel: "triple-zero", zeroRule: "none" },
] as const;

export function gameOf(random: Random) {
  return random.pick(GAMES);
}

export function configsOf(
  random: Random,
  { drumming, roaming }: Pick<ReturnType<typeof kindOf>, "drumming" | "roaming">,
): TableConfig[] {
  return Array.from(
    { length: Math.max(random.between(1, 2), roaming ? 2 : 1) },
    (_, index): TableConfig => ({
      ...gameOf(random),
      tableId: `t${index + 1}`,
      name: `Table ${index + 1}`,
      bettingMs: drumming ? LONGEST_MS : random.pick([300, 400, 600, 900, 1_500, LONGEST_MS]),
      closingMs: random.between(50, 200),
      spinningMs: random.between(50, 200),
      resultMs: random.between(50, 200),
      maxPlayers: 20,
      limits: limitsOf(random),
    }),
  );
}

/** The house's limit is what a straight of some whole number of chips pays: it can be hit exactly. */
function limitsOf(random: Random): Limits {
  const most = () => asChips(random.between(100, 400));
  return {
    min: asChips(2),
    max: Object.fromEntries(SPOT_KINDS.map((kind) => [kind, most()])) as Record<SpotKind, Chips>,
    playerMax: asChips(700),
    houseMax: asChips(35 * random.pick([40, 85, 170])),
  };
}

/** One long chain, hex, by round: to hash another for each table took longer than some of its rounds. */
const chain: readonly string[] = chainOf("the simulator's", 10_000);

/** Seeds for so many rounds, hex, by round: a part of the chain. */
export function seedsOf(random: Random, length: number): readonly string[] {
  const first = random.between(0, chain.length - length - 1);
  return chain.slice(first, first + length + 1);
}

function chainOf(secret: string, length: number): readonly string[] {
  const seeds: string[] = [];
  let seed = hash("sha256", secret, "buffer");
  for (let index = length; index >= 0; index -= 1) {
    seeds[index] = seed.toString("hex");
    seed = hash("sha256", seed, "buffer");
  }
  return seeds;
}
