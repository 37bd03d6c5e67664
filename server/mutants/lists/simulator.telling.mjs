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
];
