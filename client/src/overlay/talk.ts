/**
 * What is said at the table, and a line to say something.
 *
 * On wide pages the talk has a place of its own; elsewhere it is opened and closed, and takes its room
 * from what lies around it: felt and chips stay in reach. Lines are text and nothing else.
 */
import { BOUNDS } from "@croupier/shared/core/bounds";
import type { AppState, TalkLine } from "../store/model.ts";
import type { Part } from "./dom.ts";
import { element, setShown, setText } from "./dom.ts";
import { submitting } from "./form.ts";
import type { House } from "./house.ts";

/** As in the style sheets: where talk is always shown. */
const ROOMY = "(min-width: 1240px) and (min-aspect-ratio: 1) and (min-height: 521px)";

/** From so many characters to go on the player is told how many. */
const FEW_LEFT = 40;

export interface Talk extends Part<AppState> {
  /** Opens the talk, or closes it. */
  readonly toggle: () => void;
  readonly button: HTMLButtonElement;
}

/** @param table carries `data-talk="open"` while the talk takes its room from others */
export function createTalk(house: House, table: HTMLElement): Talk {
  const unread = element("span", { class: "unread" });
  const button = element(
    "button",
    {
      id: "talk-toggle",
      class: "action",
      attributes: { "aria-controls": "talk", "aria-expanded": "false" },
      onClick: () => toggle(),
    },
    element("span", { text: "Chat" }),
    unread,
  );
  const close = element("button", {
    class: "close",
    text: "×",
    attributes: { "aria-label": "Close the chat" },
    onClick: () => toggle(),
  });
  const lines = createLines();
  const saying = createSaying(house);
  const root = element(
    "section",
    { id: "talk", class: "panel talk", attributes: { "aria-label": "Table chat" } },
    element("div", { class: "panel-head" }, element("h3", { text: "Table chat" }), close),
    lines.root,
    saying.root,
  );
  const roomy = matchMedia(ROOMY);
  let open = false;
  const show = (): void => {
    table.dataset["talk"] = open ? "open" : "";
    button.setAttribute("aria-expanded", String(open));
    house.store.dispatch({ type: "talk-watched", watched: open || roomy.matches });
  };
  const toggle = (): void => {
    open = !open;
    show();
    // On a phone the keyboard would come up at once and cover what the player wants to see.
    if (open && matchMedia("(pointer: fine)").matches) saying.input.focus();
  };
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (open) toggle();
    (roomy.matches ? table.querySelector<HTMLElement>("#felt") : button)?.focus();
  });
  roomy.addEventListener("change", show);
  show();
  return {
    root,
    button,
    toggle,
    render: ({ talk, tableId }) => {
      lines.render(tableId === null ? [] : talk.lines);
      setText(unread, talk.unread === 0 ? "" : String(talk.unread));
      const news = talk.unread === 0 ? "" : `, ${talk.unread} unread`;
      button.setAttribute("aria-label", `Chat${news}`);
    },
  };
}

function createLines() {
  const list = element("ol");
  const empty = element("p", { class: "small", text: "No messages yet. Say hello!" });
  const root = element(
    "div",
    {
      id: "talk-lines",
      attributes: {
        role: "log",
        "aria-live": "polite",
        "aria-label": "Messages",
        tabindex: "0",
      },
    },
    empty,
    list,
  );
  const shown = new Map<number, HTMLElement>();
  const render = (said: readonly TalkLine[]): void => {
    if (said.at(-1)?.id === [...shown.keys()].at(-1)) return;
    const oldest = said[0]?.id ?? Number.POSITIVE_INFINITY;
    for (const [id, item] of shown) {
      if (id >= oldest) continue;
      item.remove();
      shown.delete(id);
    }
    for (const line of said) {
      if (shown.has(line.id)) continue;
      const item = lineItem(line);
      shown.set(line.id, item);
      list.append(item);
    }
    setShown(empty, said.length === 0);
  };
  return { root, render };
}

function lineItem({ name, text }: TalkLine): HTMLElement {
  return element(
    "li",
    {},
    element("bdi", { class: "talk-name", text: name, attributes: { title: name } }),
    " ",
    element("bdi", { class: "talk-text", text }),
  );
}

function createSaying(house: House) {
  const input = element("input", {
    id: "talk-text",
    attributes: {
      type: "text",
      "aria-label": "Say something to the table",
      placeholder: "Say something",
      maxlength: String(BOUNDS.chatLength),
      autocomplete: "off",
      enterkeyhint: "send",
    },
  });
  const button = element("button", {
    id: "talk-send",
    text: "Send",
    attributes: { type: "submit" },
  });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const left = element("p", { class: "small talk-left" });
  const root = element("form", { class: "talk-say" });
  root.append(input, button, problem, left);
  const count = (): void => {
    const rest = BOUNDS.chatLength - input.value.length;
    setText(left, rest > FEW_LEFT ? "" : `${rest} characters left`);
  };
  input.addEventListener("input", () => {
    setText(problem, "");
    count();
  });
  submitting(root, { button, problem }, async () => {
    const text = input.value.trim();
    if (text === "") return;
    await house.say(text);
    // What was typed while the table took the line stays.
    if (input.value.trim() === text) input.value = "";
    count();
  });
  return { root, input };
}
