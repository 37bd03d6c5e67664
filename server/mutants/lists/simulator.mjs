/**
 * Mistakes that the simulator has to catch.
 *
 * @type {import("../mutants.mjs").Mutant[]}
 */
export const mutants = [
  {
    name: "seed-counts-too-early",
    file: "shared/src/core/table/step.ts",
    find: 'return state.stage === "opening" ? state.round + 2 : state.round + 1;',
    replace: "return state.round + 1;",
    why: "a seed that is given while a round opens is said to count in that round",
  },
];
