/** Whether an operation is allowed by the rules, and what it would change. */
import { chipsIn, sum } from "./layouts.ts";
import { Nets } from "./nets.ts";
import { feltOf, kindOf } from "./rules.ts";
import type { Change, Operation, Refused, TableTerms } from "./terms.ts";

type Layout = ReadonlyMap<string, number>;

export type Decision = { readonly changes: readonly Change[] } | Refused;

/** Where a player stands in the running round. */
interface Standing {
  readonly layout: Layout;
  /** What can be undone, oldest first. */
  readonly batches: readonly (readonly Change[])[];
  readonly lastChips: readonly Change[];
}

interface Felt {
  readonly terms: TableTerms;
  /** Of all chips on the felt. */
  readonly nets: Nets;
  readonly players: ReadonlyMap<
    string,
    {
      readonly layout: Layout;
      readonly inFlight: { readonly changes: readonly Change[] } | null;
    }
  >;
}

export function decide(operation: Operation, player: Standing, felt: Felt): Decision {
  const { layout, batches, lastChips } = player;
  switch (operation.kind) {
    case "undo": {
      const last = batches.at(-1);
      if (last === undefined) return { code: "NOTHING_TO_UNDO" };
      return payable(layout, taken(last), felt);
    }
    case "clear":
      if (layout.size === 0) return { code: "NOTHING_TO_UNDO" };
      return payable(layout, taken(layout), felt);
    case "double":
      if (layout.size === 0) return { code: "NOTHING_TO_REPEAT" };
      return limited(layout, [...layout], felt);
    case "repeat":
      if (lastChips.length === 0) return { code: "NOTHING_TO_REPEAT" };
      return limited(layout, lastChips, felt);
    case "bet":
      return betOn(operation, layout, felt);
  }
}

function taken(changes: Iterable<Change>): readonly Change[] {
  return Array.from(changes, ([spot, chips]): Change => [spot, -chips]);
}

function betOn({ chips }: Operation, layout: Layout, felt: Felt): Decision {
  const spots = feltOf(felt.terms.wheel);
  const together = new Map<string, number>();
  for (const [spot, amount] of chips) {
    if (!spots.has(spot)) return { code: "SPOT_UNKNOWN" };
    if (!Number.isSafeInteger(amount) || amount < 1) return { code: "AMOUNT_INVALID" };
    together.set(spot, (together.get(spot) ?? 0) + amount);
  }
  return limited(layout, [...together], felt);
}

function limited(layout: Layout, additions: readonly Change[], felt: Felt): Decision {
  const { wheel, min, spotMax, playerMax } = felt.terms;
  for (const [spot, chips] of additions) {
    // Chips of a round on another wheel may be repeated.
    if (!feltOf(wheel).has(spot)) return { code: "SPOT_UNKNOWN" };
    const after = (layout.get(spot) ?? 0) + chips;
    if (after < min) return { code: "BELOW_MIN", limit: min };
    const most = spotMax[kindOf(spot)] ?? 0;
    if (after > most) return { code: "ABOVE_SPOT_MAX", limit: most };
  }
  const stake = chipsIn(layout) + sum(additions.map(([, chips]) => chips));
  if (stake > playerMax) return { code: "ABOVE_PLAYER_MAX", limit: playerMax };
  return payable(layout, additions, felt);
}

/** Whatever becomes of all that is under way, the house pays no more than it may. */
function payable(layout: Layout, changes: readonly Change[], felt: Felt): Decision {
  const { terms, players } = felt;
  const nets = felt.nets.copy();
  for (const { layout: own, inFlight } of players.values()) {
    if (inFlight !== null) nets.add(swingOf(terms, own, inFlight.changes), { certain: false });
  }
  nets.add(swingOf(terms, layout, changes), { certain: true });
  const fits = nets.worst <= terms.houseMax;
  return fits ? { changes } : { code: "HOUSE_LIMIT", limit: terms.houseMax };
}

/** By how much `changes` move what the house would have to pay, pocket by pocket. */
function swingOf(terms: TableTerms, layout: Layout, changes: readonly Change[]): Nets {
  const swing = new Nets(terms);
  swing.moveAll(layout, changes);
  return swing;
}
