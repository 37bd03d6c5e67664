/** `chaos`: whatever can end or hang in a cluster does, one after the other, in any order. */
import { setTimeout as pause } from "node:timers/promises";
import { tablesOf } from "../cluster/holders.ts";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import { expectAnswersAtTheDoor } from "../faults/atTheDoor.ts";
import { childrenOf } from "../src/testing/childrenOf.ts";
import { Probers } from "./probers.ts";
import type { Stage } from "./stage.ts";
import { until } from "./stage.ts";
import type { Trial } from "./trial.ts";

type Fault = (stage: Stage, probers: Probers) => Promise<void>;

/** From an end to the first acknowledged bet at each table that was there. */
const BACK_MS = 5_000;
/** Longer than a lease lives. */
const ASLEEP_MS = 5_000;
const DATABASE_AWAY_MS = 1_500;
const REDIS_AWAY_MS = 2_000;
const MOST_BETS = 100;
const TURNS = 25;

const others = (stage: Stage, victim: ClusterProcess): readonly ClusterProcess[] =>
  stage.processes.filter((process) => process !== victim);

/** The tables that were the victim's are played on at the others. */
async function killProcess(stage: Stage, probers: Probers): Promise<void> {
  const victim = stage.random.pick(stage.processes);
  const tables = tablesOf(victim);
  const since = Date.now();
  await victim.kill();
  stage.notes.inflicted("kill -9 of a process");
  await probers.measure("from kill -9 to a bet at each of its tables", {
    tables,
    since,
    mostMs: BACK_MS,
  });
  await victim.start();
}

/**
 * A process that hangs. Nobody can tell from outside that it will not answer, so who asks it for a seat
 * waits until it wakes; asked is one of the others. Who only reads at the one address is answered.
 */
async function freezeProcess(stage: Stage, probers: Probers): Promise<void> {
  const victim = stage.random.pick(stage.processes);
  const tables = tablesOf(victim);
  const { url } = stage.random.pick(others(stage, victim));
  const since = Date.now();
  victim.freeze();
  stage.notes.inflicted(`SIGSTOP of a process for ${ASLEEP_MS / 1000} s`);
  const probes = { tables, since, mostMs: BACK_MS, url };
  await Promise.all([
    probers.measure("from SIGSTOP to a bet at each of its tables", probes),
    expectAnswersAtTheDoor(stage.cluster.url, stage.notes),
    pause(ASLEEP_MS).then(() => victim.thaw()),
  ]);
}

async function crashDatabase(stage: Stage, probers: Probers): Promise<void> {
  await stage.database.crash();
  stage.notes.inflicted("the database crashes");
  await pause(DATABASE_AWAY_MS);
  const since = await stage.database.recover();
  const tables = stage.tableIds;
  await probers.measure("from the database's return to a bet at each table", {
    tables,
    since,
    mostMs: BACK_MS,
  });
}

async function killRedis({ cluster, notes, tableIds }: Stage, probers: Probers): Promise<void> {
  await cluster.redis.kill();
  notes.inflicted("kill -9 of Redis");
  await pause(REDIS_AWAY_MS);
  await cluster.redis.start();
  await probers.measure("from Redis' return to a bet at each table", {
    tables: tableIds,
    since: Date.now(),
    mostMs: BACK_MS,
  });
}

async function reloadDoor({ cluster, notes, tableIds }: Stage, probers: Probers): Promise<void> {
  const since = Date.now();
  await cluster.door.reload(cluster.addresses);
  notes.inflicted("nginx reload");
  await probers.measure("from a reload to a bet at each table", {
    tables: tableIds,
    since,
    mostMs: BACK_MS,
  });
}

/** Its half of all sockets ends; the master makes another one. */
async function killDoorWorker(stage: Stage, probers: Probers): Promise<void> {
  const { pid } = stage.cluster.door;
  const workers = childrenOf(pid);
  const since = Date.now();
  process.kill(stage.random.pick(workers), "SIGKILL");
  stage.notes.inflicted("kill -9 of a worker of nginx");
  const tables = stage.tableIds;
  await probers.measure("from a worker's end to a bet at each table", {
    tables,
    since,
    mostMs: BACK_MS,
  });
}

const FAULTS: readonly Fault[] = [
  killProcess,
  freezeProcess,
  crashDatabase,
  killRedis,
  reloadDoor,
  killDoorWorker,
];

/** All kinds in an order of their own, again and again. */
function* faults(stage: Stage): Generator<Fault, never> {
  for (;;) {
    const left = [...FAULTS];
    while (left.length > 0) yield* left.splice(stage.random.whole(0, left.length - 1), 1);
  }
}

export const chaos: Trial = {
  name: "chaos",
  does: "processes, Postgres, Redis and nginx end or hang, one after the other",
  stage: ({ brief }) => ({
    players: brief ? 40 : 100,
    tables: 3,
    timings: { bettingMs: 1_000, closingMs: 150, spinningMs: 200, resultMs: 150 },
  }),
  async inflict(stage, { brief, turns = brief ? FAULTS.length : TURNS }) {
    const probers = await Probers.enter(stage);
    const kinds = faults(stage);
    for (let turn = 1; turn <= turns; turn += 1) {
      await stage.tablesAreShared();
      await stage.plays(stage.random.whole(1, MOST_BETS));
      await kinds.next().value(stage, probers);
      await stage.everyoneIsBack();
    }
    await until("the processes' readiness", () => allReady(stage), { withinMs: BACK_MS });
    for (const fault of await probers.faults()) stage.notes.finding(fault);
  },
};

async function allReady({ processes }: Stage): Promise<boolean> {
  const answers = processes.map(({ url }) => fetch(`${url}/ready`).then(({ ok }) => ok));
  return (await Promise.all(answers)).every((ok) => ok);
}
