/** The announced bets that the table's wheel offers, at the selected chip per unit. */
import type { AnnouncedBet, FinalePair } from "@croupier/shared/core/announced";
import {
  FINALE_PAIRS,
  isOffered,
  NEIGHBOURS,
  placeAnnounced,
} from "@croupier/shared/core/announced";
import { asChips } from "@croupier/shared/core/chips";
import type { WheelName } from "@croupier/shared/core/types";
import { canonicalPocketsOf } from "@croupier/shared/core/wheel";
import { formatChips } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { wheelOf } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element, rebuild, setText } from "./dom.ts";
import type { House } from "./house.ts";

const CALLS = [
  { kind: "voisins", label: "Voisins du zéro" },
  { kind: "tiers", label: "Tiers du cylindre" },
  { kind: "orphelins", label: "Orphelins" },
  { kind: "jeu-zero", label: "Jeu zéro" },
] as const;

/** One way of placing: what is asked for, read at the moment it is placed. */
interface Line {
  readonly root: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly bet: () => AnnouncedBet;
}

export interface Announced extends Part<AppState> {
  /** Opens and closes the drawer that they lie in where there is no room for them. */
  readonly button: HTMLButtonElement;
}

export function createAnnounced(house: House): Announced {
  const body = element("div", { class: "announced-lines" });
  const unit = element("p", { class: "small" });
  const root = element(
    "section",
    { id: "announced", class: "panel announced", attributes: { "aria-label": "Announced bets" } },
    element("div", { class: "panel-head" }, element("h3", { text: "Announced bets" }), unit),
    body,
  );
  const button = element(
    "button",
    {
      id: "announced-toggle",
      class: "action",
      attributes: { "aria-controls": "announced", "aria-expanded": "false" },
      onClick: () => show(!root.classList.contains("open")),
    },
    element("span", { class: "sign", text: "☰", attributes: { "aria-hidden": "true" } }),
    element("span", { text: "Bets" }),
  );
  const show = (open: boolean): void => {
    root.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !root.classList.contains("open")) return;
    show(false);
    button.focus();
  });
  let lines: readonly Line[] = [];
  return {
    root,
    button,
    render: (state) => {
      const { table, selectedChip } = state;
      if (table === null) return;
      const wheel = wheelOf(table.wheel);
      rebuild(body, wheel, () => {
        lines = linesOf(wheel, (bet) => {
          place(house, bet);
          show(false);
        });
        return lines.map((line) => line.root);
      });
      setText(unit, `${formatChips(selectedChip)} a chip`);
      for (const line of lines) {
        line.button.disabled = table.phase !== "betting" || state.seat === null;
        line.button.title = costOf(wheel, line.bet(), selectedChip);
      }
    },
  };
}

function place(house: House, bet: AnnouncedBet): void {
  const { table, selectedChip } = house.store.state();
  if (table === null) return;
  const placement = placeAnnounced(wheelOf(table.wheel), bet, asChips(selectedChip));
  if (placement.ok) house.intents.place(placement.chips);
}

function costOf(wheel: WheelName, bet: AnnouncedBet, unit: number): string {
  const placement = placeAnnounced(wheel, bet, asChips(unit));
  if (!placement.ok) return "";
  const total = placement.chips.reduce((sum, [, amount]) => sum + amount, 0);
  return `${total / unit} chips, ${formatChips(total)} in all`;
}

function linesOf(wheel: WheelName, onPlace: (bet: AnnouncedBet) => void): readonly Line[] {
  const pockets = canonicalPocketsOf(wheel);
  const digits = Array.from({ length: 10 }, (_, digit) => String(digit));
  const reaches = Array.from({ length: NEIGHBOURS.most + 1 }, (_, k) => String(k));
  const [centre, reach] = [select("Pocket", pockets), select("Neighbours on each side", reaches)];
  reach.value = String(NEIGHBOURS.usual);
  const [digit, pair] = [select("Last digit", digits), select("Last digits", FINALE_PAIRS)];
  const number = select("Number", pockets);
  number.value = "17";
  const all = [
    ...CALLS.map(({ kind, label }) => line(label, [], { bet: () => ({ kind }), onPlace })),
    line("Neighbours of", [centre, "±", reach], {
      bet: () => ({ kind: "neighbours", pocket: centre.value, k: Number(reach.value) }),
      onPlace,
    }),
    line("Finale", [digit], {
      bet: () => ({ kind: "finales-en-plein", digit: Number(digit.value) }),
      onPlace,
    }),
    line("À cheval", [pair], {
      bet: () => ({ kind: "finales-a-cheval", pair: pair.value as FinalePair }),
      onPlace,
    }),
    line("Complete", [number], {
      bet: () => ({ kind: "complete", pocket: number.value }),
      onPlace,
    }),
  ];
  return all.filter(({ bet }) => isOffered(wheel, bet().kind));
}

interface Asking {
  readonly bet: () => AnnouncedBet;
  readonly onPlace: (bet: AnnouncedBet) => void;
}

function line(label: string, inputs: readonly (Node | string)[], { bet, onPlace }: Asking): Line {
  const button = element("button", { class: "call", text: label, onClick: () => onPlace(bet()) });
  const root = element("div", { class: `line choices-${inputs.length}` });
  root.append(button, ...inputs);
  return { root, button, bet };
}

function select(label: string, values: readonly string[]): HTMLSelectElement {
  return element(
    "select",
    { attributes: { "aria-label": label } },
    ...values.map((value) => element("option", { text: value, attributes: { value } })),
  );
}
