/**
 * `mass-cut`: every socket is cut at once, and everybody comes back as the stock SDK does. How long that
 * takes, and what one return costs the processes while few are back and while most are.
 */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { childrenOf } from "../src/testing/childrenOf.ts";
import type { LeanNews } from "./leanCrowd.ts";
import { LeanCrowd } from "./leanCrowd.ts";
import type { CpuSample } from "./massCutCosts.ts";
import { costsByThirds, faultsOfCosts, faultsOfReturn, wereCut } from "./massCutCosts.ts";
import type { Stage } from "./stage.ts";
import { until } from "./stage.ts";
import type { Scale, Trial } from "./trial.ts";

const SOCKETS = 10_000;
const BRIEF_SOCKETS = 300;
const TABLES = 6;
const BRIEF_TABLES = 3;
/** For the bots of the stage. */
const SPARE_SEATS = 100;
const BACK_MS = 20_000;
/** They come in at their own pace. */
const ENTER_MS = 900_000;
/** What the processes spend on those who only sit there is looked at for so long. */
const REST_MS = 5_000;
const LOOK_MS = 50;
const MS_PER_TICK = 10;

/** What the processes have spent so far, in milliseconds of a processor. */
function cpuOf({ processes }: Stage): CpuSample {
  const spent = processes.map(({ pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  });
  return { at: Date.now(), cpuMs: spent.reduce((sum, ms) => sum + ms) };
}

/** Milliseconds of a processor each millisecond, while nobody comes or goes. */
async function costAtRest(stage: Stage): Promise<number> {
  const before = cpuOf(stage);
  await pause(REST_MS);
  const after = cpuOf(stage);
  return (after.cpuMs - before.cpuMs) / (after.at - before.at);
}

interface Return {
  /** Of the cut, in epoch milliseconds. */
  readonly since: number;
  /** What the crowd told last before it: many may be back by the next line. */
  readonly before: LeanNews;
  /** What the crowd told until everybody was back: the last of it tells of all returns. */
  readonly news: readonly LeanNews[];
  readonly samples: readonly CpuSample[];
}

/** Cuts everybody, and samples what the processes spend until all are back. */
async function cutAll(stage: Stage, crowd: LeanCrowd, sockets: number): Promise<Return> {
  const before = crowd.news;
  const since = Date.now();
  for (const pid of childrenOf(stage.cluster.door.pid)) process.kill(pid, "SIGKILL");
  stage.notes.inflicted(`${sockets} sockets cut at once`);
  const isCut = () => wereCut(sockets, before, crowd.since(since));
  await until("the cut", isCut, { withinMs: BACK_MS });
  const samples: CpuSample[] = [cpuOf(stage)];
  await until(
    `${sockets} players back`,
    () => {
      samples.push(cpuOf(stage));
      return crowd.news.inside >= sockets;
    },
    { withinMs: 6 * BACK_MS, everyMs: LOOK_MS },
  );
  const news = crowd.since(since);
  const back = news.findLast(({ inside }) => inside < sockets)?.at ?? since;
  stage.notes.measured("from the cut to everybody's return", back - since, BACK_MS);
  return { since, before, news, samples };
}

/** Resolves once so many sit at the tables and watch. */
async function fill(stage: Stage, sockets: number): Promise<LeanCrowd> {
  const crowd = stage.keep(new LeanCrowd(stage.cluster.url, stage.tableIds, sockets));
  const from = Date.now();
  await crowd.untilInside(sockets, ENTER_MS);
  stage.options.say(`  ${sockets} are in after ${Math.round((Date.now() - from) / 1000)} s`);
  await stage.tablesAreShared();
  return crowd;
}

/** Milliseconds until these shares of everybody were back. */
function returnTimes(news: readonly LeanNews[], since: number, sockets: number): string {
  const timeOf = (share: number) =>
    (news.findLast(({ inside }) => inside < share * sockets)?.at ?? since) - since;
  return [0.5, 0.9, 0.99].map((share) => `${100 * share} % after ${timeOf(share)} ms`).join(", ");
}

/** Sockets whose process did not take them in time, so that the proxy had another one answer them. */
function ledElsewhere({ cluster }: Stage, since: number): number {
  const lines = readFileSync(cluster.door.accessLog, "utf8").trimEnd().split("\n");
  const entries = lines.map((line) => JSON.parse(line) as Access);
  return entries.filter(
    ({ path, time, processStatus }) =>
      path.startsWith("/p/") && Date.parse(time) >= since - 1_000 && /^50\d/.test(processStatus),
  ).length;
}

interface Access {
  readonly path: string;
  readonly time: string;
  readonly processStatus: string;
}

/** Says how they came back, and notes what is wrong with it. */
function judge(stage: Stage, { since, before, news }: Return, sockets: number): void {
  const { notes, options } = stage;
  const anew = (news.at(-1)?.anew ?? 0) - before.anew;
  options.say(`  back: ${returnTimes(news, since, sockets)}; ${anew} anew`);
  options.say(`  led elsewhere by the proxy: ${ledElsewhere(stage, since)}`);
  for (const fault of faultsOfReturn(sockets, [before, ...news])) notes.finding(fault);
}

async function cutAndWeigh(stage: Stage, sockets: number): Promise<void> {
  const { notes, options } = stage;
  const empty = await costAtRest(stage);
  const crowd = await fill(stage, sockets);
  const full = await costAtRest(stage);
  const back = await cutAll(stage, crowd, sockets);
  judge(stage, back, sockets);
  const thirds = costsByThirds({ sockets, ...back, rest: { empty, full } });
  const costs = thirds.map(({ costMs }) => Math.round(100 * costMs) / 100);
  options.say(
    `  cost of a return by thirds: ${costs.join(", ")} ms, with ` +
      `${thirds.map(({ failures }) => failures).join(", ")} tries that failed; at rest the ` +
      `processes take ${percent(empty)} of a processor without the crowd, ${percent(full)} with it`,
  );
  for (const fault of faultsOfCosts(thirds)) notes.finding(fault);
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

const tablesOf = ({ brief }: Scale): number => (brief ? BRIEF_TABLES : TABLES);
const socketsOf = ({ brief, sockets = brief ? BRIEF_SOCKETS : SOCKETS }: Scale): number => sockets;

export const massCut: Trial = {
  name: "mass-cut",
  does: `${SOCKETS} sockets are cut at once, and come back`,
  stage: (scale) => ({
    players: 20,
    tables: tablesOf(scale),
    timings: { bettingMs: 5_000, closingMs: 500, spinningMs: 1_000, resultMs: 500 },
    seats: Math.ceil(socketsOf(scale) / tablesOf(scale)) + SPARE_SEATS,
  }),
  async inflict(stage, scale) {
    const sockets = socketsOf(scale);
    // What a return costs is not to be seen where few return.
    if (scale.brief)
      judge(stage, await cutAll(stage, await fill(stage, sockets), sockets), sockets);
    else await cutAndWeigh(stage, sockets);
    await stage.everyoneIsBack();
    await stage.plays(stage.options.players);
  },
};
