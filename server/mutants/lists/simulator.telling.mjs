/**
 * Mistakes in what is shown and told, that the simulator has to catch.
 *
 * @type {import("../mutants.mjs").Mutant[]}
 */
export const mutants = [
  {
    name: "pause-ends-betting",
    file: "shared/src/core/table/step.ts",
    find: "        state.bankAvailable = input.available;\n",
    replace:
      '        state.bankAvailable = input.available;\n        if (state.stage === "betting" && input.available) state.phaseEndsAt = input.now + 20;\n',
    why: "betting is over 20 ms after the bank is back",
  },
  {
    name: "pause-lengthens-betting",
    file: "shared/src/core/table/step.ts",
    find: "        state.bankAvailable = input.available;\n",
    replace:
      '        state.bankAvailable = input.available;\n        if (state.stage === "betting" && input.available) state.phaseEndsAt += 1_000;\n',
    why: "betting that was paused lasts a second longer",
  },
  {
    name: "pause-ends-the-show",
    file: "shared/src/core/table/step.ts",
    find: "        state.bankAvailable = input.available;\n",
    replace:
      '        state.bankAvailable = input.available;\n        if (state.pocket !== "" && input.available) state.phaseEndsAt = input.now;\n',
    why: "ball and result are gone as soon as the bank is back",
  },
  {
    name: "spins-shorter-in-a-pause",
    file: "shared/src/core/table/rounds.ts",
    find: "  state.phaseEndsAt = now + state.config.spinningMs;\n",
    replace:
      "  state.phaseEndsAt = now + state.config.spinningMs / (state.bankAvailable ? 1 : 2);\n",
    why: "the ball spins for half its time where that begins in a pause",
  },
  {
    name: "replay-not-told",
    file: "server/src/tables/requests.ts",
    find: "this.close(request, isReplay === true ? { answer, isReplay } : { answer });",
    replace: "void isReplay;\n    this.close(request, { answer });",
    why: "an answer of before passes for a new one, and its balance for the present one",
  },
  {
    name: "replay-told-of-all",
    file: "server/src/tables/requests.ts",
    find: "this.close(request, isReplay === true ? { answer, isReplay } : { answer });",
    replace: "void isReplay;\n    this.close(request, { answer, isReplay: true });",
    why: "a new answer passes for one of before, and its balance is not believed",
  },
  {
    name: "frozen-as-ever",
    file: "server/src/tables/host.ts",
    find: "    this.#state.bankAvailable = false;\n",
    replace: "",
    why: "a table that froze is shown as if it went on",
  },
  {
    name: "frozen-in-silence",
    file: "server/src/tables/host.ts",
    find: '    this.#tell({ type: "froze" });\n',
    replace: "",
    why: "nobody is told that a table froze",
  },
  {
    name: "void-told-without-its-reason",
    file: "server/src/tables/recovery.ts",
    find: "return { playerId, round, reason, stake, balance };",
    replace: 'return { playerId, round, reason: "", stake, balance };',
    why: "who gets chips back is not told why",
  },
  {
    name: "found-void-without-its-reason",
    file: "server/src/tables/recovery.ts",
    find: "({ ...one, round, reason })",
    replace: "({ ...one, round, reason: reason.slice(0, 9) })",
    why: "who gets chips back of a round that was found void is not told why",
  },
  {
    name: "reason-the-wrong-way-round",
    file: "server/src/tables/recovery.ts",
    find: `changed from \${unfinished.wheel} to \${config.wheel}.`,
    replace: `changed from \${config.wheel} to \${unfinished.wheel}.`,
    why: "a void round's reason names the new wheel as the old one",
  },
  {
    name: "locked-at-no-time",
    file: "server/src/tables/persistence.ts",
    find: "lockedAt: now }",
    replace: "lockedAt: 0 * now }",
    why: "a round's record says that it was locked in 1970",
  },
  {
    name: "settled-at-no-time",
    file: "server/src/tables/persistence.ts",
    find: "settledAt: now }",
    replace: "settledAt: 0 * now }",
    why: "a round's record says that it was settled in 1970",
  },
  {
    name: "void-at-no-time",
    file: "server/src/tables/recovery.ts",
    find: "voidedAt: clock.now() }",
    replace: "voidedAt: 0 * clock.now() }",
    why: "a round's record says that it was taken back in 1970",
  },
  {
    name: "paused-without-its-cause",
    file: "shared/src/core/table/operations.ts",
    find: "if (!state.bankAvailable) return BANK_UNAVAILABLE;",
    replace: 'if (!state.bankAvailable) return { code: "TABLE_PAUSED", message: "" };',
    why: "operations are not told that it is the bank that does not answer",
  },
  {
    name: "frozen-without-its-cause",
    file: "server/src/tables/host.ts",
    find: "this.#abandonAll(isOfBank(error) ? UNKNOWN : PAUSED);",
    replace: "this.#abandonAll(PAUSED);",
    why: "where the bank did not say what became of an operation, others are not told so",
  },
  {
    name: "stops-before-the-answers",
    file: "server/src/tables/host.ts",
    find: "    this.#ticker.cancel();\n    // What is in flight",
    replace:
      "    this.#ticker.cancel();\n    this.#requests.refuseAll(PAUSED);\n    // What is in flight",
    why: "a table that stops refuses bets that the bank is about to take",
  },
  {
    name: "void-told-late-only",
    file: "server/src/tables/host.ts",
    find: 'for (const stake of this.#voids.heard(voided, isHere)) this.#tell({ type: "voided", ...stake });',
    replace: "this.#voids.heard(voided, isHere);",
    why: "who sits at the table as their round is taken back is not told",
  },
  {
    name: "broken-round-goes-on",
    file: "server/src/tables/breaks.ts",
    find: "return again ? BROKE_AGAIN : undefined;",
    replace: "return again && round < 0 ? BROKE_AGAIN : undefined;",
    why: "a round in which its table breaks again and again is never taken back",
  },
  {
    name: "broken-round-is-void-at-once",
    file: "server/src/tables/breaks.ts",
    find: "return again ? BROKE_AGAIN : undefined;",
    replace: "return again || round > 0 ? BROKE_AGAIN : undefined;",
    why: "a round is taken back because its table broke once",
  },
  {
    name: "void-told-with-an-old-balance",
    file: "server/src/tables/host.ts",
    find: '{ type: "voided", ...voided, balance, isLate: true }',
    replace: '{ type: "voided", balance, ...voided, isLate: true }',
    why: "who hears late of a void round is told what they had then",
  },
];
