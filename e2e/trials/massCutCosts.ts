/**
 * What one return costs the processes, while few are back and while most are.
 *
 * A crowd that only sits there costs something too: patches go to everyone who is in. So much of what
 * the processes spend is nobody's return, and it grows while the crowd fills: it is measured before
 * anybody is there and once everybody is, and what lies between goes by the share of those inside.
 */
import type { LeanNews } from "./leanCrowd.ts";

export interface CpuSample {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of a processor, spent by all processes so far. */
  readonly cpuMs: number;
}

/** Milliseconds of a processor for each millisecond: without the crowd, and with all of it. */
interface Rest {
  readonly empty: number;
  readonly full: number;
}

interface Cut {
  readonly sockets: number;
  /** From the cut until everybody was back. */
  readonly news: readonly LeanNews[];
  readonly samples: readonly CpuSample[];
  readonly rest: Rest;
}

export interface Third {
  /** Milliseconds of a processor for each return. */
  readonly costMs: number;
  /** Tries that led to nothing; what they cost is counted to the returns. */
  readonly failures: number;
}

/** Of the middle and the last third against the first. */
const FLAT_WITHIN = 0.2;
/** The part of all who may need another seat than the one that was kept for them. */
const ANEW = 0.01;
/** Tries in vain for each return: the sockets end before those who take them are there again. */
const FAILURES = 2;

/**
 * Whether the crowd has told of a cut since `before`: that most are out, or, where few were back before
 * it told anything, that most came in once more.
 */
export function wereCut(sockets: number, before: LeanNews, since: readonly LeanNews[]): boolean {
  return since.some(
    ({ inside, entries }) => inside < sockets / 2 || entries - before.entries > sockets / 2,
  );
}

/** What is wrong with how `sockets` players came back; empty where nothing is. */
export function faultsOfReturn(sockets: number, news: readonly LeanNews[]): readonly string[] {
  const [from, to] = [news[0], news.at(-1)];
  const returns = (to?.entries ?? 0) - (from?.entries ?? 0);
  // Nothing is sound where nothing was.
  if (returns < sockets / 2) return [`only ${returns} returns were told of`];
  const faults: string[] = [];
  const anew = (to?.anew ?? 0) - (from?.anew ?? 0);
  if (anew > sockets * ANEW) faults.push(`${anew} players lost the seats that were kept for them`);
  const failures = (to?.failures ?? 0) - (from?.failures ?? 0);
  if (failures > sockets * FAILURES) faults.push(`${failures} tries to come back led to nothing`);
  return faults;
}

/** What is wrong with what they cost. */
export function faultsOfCosts(thirds: readonly Third[]): readonly string[] {
  const costs = thirds.map(({ costMs }) => Math.round(100 * costMs) / 100);
  const [first = 0, ...later] = costs;
  const flat = first > 0 && Math.max(...later) <= first * (1 + FLAT_WITHIN);
  return flat ? [] : [`a return costs ${costs.join(", ")} ms by thirds`];
}

/** By thirds of the returns; empty where there were none. */
export function costsByThirds(cut: Cut): readonly Third[] {
  const { news } = cut;
  const [first] = news;
  const last = news.at(-1);
  if (first === undefined || last === undefined) return [];
  const returns = last.entries - first.entries;
  const edges = [0, 1 / 3, 2 / 3, 1].map(
    (share) => news.find(({ entries }) => entries - first.entries >= share * returns) ?? last,
  );
  const spent = spendingBut(cut);
  return [0, 1, 2].map((third) => {
    const [from = first, to = last] = edges.slice(third);
    return {
      costMs: (spent(to.at) - spent(from.at)) / Math.max(1, to.entries - from.entries),
      failures: to.failures - from.failures,
    };
  });
}

/** What was spent until a moment, without what would have been spent on those who just sit there. */
function spendingBut({ sockets, news, samples, rest }: Cut): (at: number) => number {
  const insideAt = (at: number) => news.findLast((told) => told.at <= at)?.inside ?? 0;
  let resting = 0;
  let before = samples[0]?.at ?? 0;
  const own = samples.map(({ at, cpuMs }) => {
    const share = insideAt(at) / sockets;
    resting += (at - before) * (rest.empty + (rest.full - rest.empty) * share);
    before = at;
    return { at, cpuMs: cpuMs - resting };
  });
  return (at) => (own.findLast((sample) => sample.at <= at) ?? own[0])?.cpuMs ?? 0;
}
