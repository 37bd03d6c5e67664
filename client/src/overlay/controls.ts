/** The chip rack and what can be done with the chips on the felt. */
import { chipColours, cssColour } from "../scene/palette.ts";
import { formatChips, formatShort } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { CHIP_RACK } from "../store/model.ts";
import { offersOf } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element } from "./dom.ts";
import type { House } from "./house.ts";

const ACTIONS = [
  ["undo", "Undo", "↶"],
  ["clear", "Clear", "✕"],
  ["double", "Double", "×2"],
  ["repeat", "Repeat", "↻"],
] as const;

export interface ControlsOptions {
  /** Shows the announced bets where there is no room for both, or hides them. */
  readonly announcedButton: HTMLElement;
  /** Opens the talk, where it is not always there. */
  readonly talkButton: HTMLElement;
}

export function createControls(
  house: House,
  { announcedButton, talkButton }: ControlsOptions,
): Part<AppState> {
  const rack = CHIP_RACK.map((chip) => createChip(house, chip));
  const actions = ACTIONS.map(([id, label, sign]) => {
    const button = element(
      "button",
      { id, class: "action", onClick: () => house.intents[id]() },
      element("span", { class: "sign", text: sign, attributes: { "aria-hidden": "true" } }),
      element("span", { text: label }),
    );
    return { id, button };
  });
  const chips = element(
    "div",
    { class: "rack", attributes: { role: "radiogroup", "aria-label": "Chip to place" } },
    ...rack,
  );
  chips.addEventListener("keydown", (event) => onRackKey(event, rack));
  const root = element(
    "section",
    { class: "controls", attributes: { "aria-label": "Chips" } },
    chips,
    element(
      "div",
      { class: "actions" },
      ...actions.map(({ button }) => button),
      announcedButton,
      talkButton,
    ),
  );
  return {
    root,
    render: (state) => {
      for (const chip of rack) {
        const selected = chip.dataset["chip"] === String(state.selectedChip);
        chip.setAttribute("aria-checked", String(selected));
        chip.tabIndex = selected ? 0 : -1;
      }
      const offers = offersOf(state);
      for (const { id, button } of actions) button.disabled = !offers[id];
      root.dataset["open"] = String(offers.bet);
    },
  };
}

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowUp: -1,
  ArrowRight: 1,
  ArrowDown: 1,
};

/** The arrow keys go from chip to chip, round and round; the rack is one stop of the Tab key. */
function onRackKey(event: KeyboardEvent, rack: readonly HTMLButtonElement[]): void {
  const step = STEPS[event.key];
  const at = rack.indexOf(event.target as HTMLButtonElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const next = rack[(at + step + rack.length) % rack.length];
  next?.click();
  next?.focus();
}

function createChip(house: House, chip: number): HTMLButtonElement {
  const button = element("button", {
    class: "chip",
    text: formatShort(chip),
    attributes: {
      role: "radio",
      "data-chip": String(chip),
      "aria-label": `${formatChips(chip)} chip`,
    },
    onClick: () => house.store.dispatch({ type: "chip-selected", chip }),
  });
  const { body, edge, print } = chipColours(chip);
  button.style.setProperty("--body", cssColour(body));
  button.style.setProperty("--edge", cssColour(edge));
  button.style.setProperty("--print", cssColour(print));
  return button;
}
