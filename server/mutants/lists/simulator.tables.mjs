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
    name: "last-chips-of-void-rounds-forgotten",
    file: "server/sim/bank.ts",
    find: "if (layout.size > 0) table.lastLayouts.set(playerId, [...layout]);",
    replace: "if (layout.size > 1) table.lastLayouts.set(playerId, [...layout]);",
    why: "what a player had on one spot in a round that is void cannot be repeated elsewhere",
  },
];
