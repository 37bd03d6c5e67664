/**
 * Mistakes in who runs a table and what it keeps, that the simulator has to catch.
 *
 * @type {import("../mutants.mjs").Mutant[]}
 */
export const mutants = [
  {
    name: "content-without-its-kind",
    file: "shared/src/core/table/evaluate.ts",
    find: "let text: string = input.kind;",
    replace: 'let text = "";',
    why: "an op that comes again as an operation of another kind passes for the same",
  },
  {
    name: "handed-over-in-the-round",
    file: "server/src/tables/tables.ts",
    find: "await (this.isAside ? stopNow(begun.host) : begun.host.finish());",
    replace: "await stopNow(begun.host);",
    why: "a table that players sit at is given to another process in the middle of a round",
  },
  {
    name: "never-opens",
    file: "server/src/tables/persistence.ts",
    find: 'put({ type: "opened", now: clock.now(), openedAt, commitment });',
    replace: 'if (round < 5) put({ type: "opened", now: clock.now(), openedAt, commitment });',
    why: "a table waits for ever for a round that is open",
  },
  {
    name: "ticks-at-once",
    file: "shared/src/core/table/state.ts",
    find: '    case "result":\n      return state.phaseEndsAt;',
    replace: '    case "result":\n      return state.stage === "settled" ? 0 : state.phaseEndsAt;',
    why: "a table's timer goes off again and again, at the same instant",
  },
  {
    name: "locked-round-is-taken-back",
    file: "server/src/tables/recovery.ts",
    find: "  await settleLocked(options, history);\n",
    replace:
      "  if (broken !== undefined) return takeBack(options, locked.round, broken);\n  await settleLocked(options, history);\n",
    why: "a locked round in which its table broke twice is taken back",
  },
  {
    name: "damaged-bank-voids",
    file: "server/src/tables/breaks.ts",
    find: "    if (isOfBank(error)) return undefined;\n",
    replace: "",
    why: "a round is taken back because the bank failed in it twice",
  },
  {
    name: "restart-without-its-cause",
    file: "server/src/tables/host.ts",
    find: "      this.#refusal = isOfBank(error) ? UNKNOWN : PAUSED;\n",
    replace: "",
    why: "operations are told of a pause where it is the bank that keeps the table from starting again",
  },
  {
    name: "asks-again-much-later",
    file: "server/src/tables/persistence.ts",
    find: "const LONGEST_PAUSE_MS = 1_000;",
    replace: "const LONGEST_PAUSE_MS = 20_000;",
    why: "a table stands still for long after the database has come back",
  },
  {
    name: "beats-too-rarely",
    file: "server/src/tables/lease.ts",
    find: "export const BEAT_MS = 750;",
    replace: "export const BEAT_MS = 15_000;",
    why: "a table of a dead process is left alone for long, and a lease ends before it is renewed",
  },
  {
    name: "betting-by-a-dead-clock",
    file: "server/src/tables/recovery.ts",
    find: "const history = openedByNow(await store.prepareTable(config), clock.now());",
    replace: "const history = await store.prepareTable(config);",
    why: "betting lasts for as long as the clock of whoever opened the round was ahead",
  },
];
