/** The door: a name, and in. */
import type { AppState } from "../store/model.ts";
import type { Part } from "./dom.ts";
import { element, field, setShown, setText } from "./dom.ts";
import { submitting } from "./form.ts";
import type { House } from "./house.ts";

const NAME_LENGTH = 20;

/** @param openAccount shows the dialog for those who have an account */
export function createWelcome(house: House, openAccount: () => void): Part<AppState> {
  const name = element("input", {
    id: "name",
    attributes: {
      name: "name",
      required: "",
      maxlength: String(NAME_LENGTH),
      autocomplete: "nickname",
      placeholder: "What should we call you?",
    },
  });
  const play = element("button", {
    id: "play",
    class: "primary large",
    text: "Take a seat",
    attributes: { type: "submit" },
  });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const form = element("form", { class: "card door" });
  form.append(
    element("p", { class: "suit", text: "♠ ♥ ♣ ♦", attributes: { "aria-hidden": "true" } }),
    element("h1", { text: "Croupier" }),
    element("p", {
      class: "lead",
      text: "Live roulette with play money. One wheel, everyone sees the same ball.",
    }),
    field("Your name", name),
    problem,
    play,
    element("button", { class: "link", text: "I have an account", onClick: openAccount }),
    element("p", {
      class: "small",
      text: "The chips are worth nothing and cannot be bought. Every result can be checked.",
    }),
  );
  submitting(form, { button: play, problem }, () => house.enterAsGuest(name.value.trim()));
  const reaching = element("p", { class: "card reaching", text: "Calling the house…" });
  const root = element("section", { class: "screen welcome" }, form, reaching);
  return {
    root,
    render: ({ connection }) => {
      const waiting = connection === "connecting" || connection === "offline";
      setShown(form, !waiting);
      setShown(reaching, waiting);
      setText(
        reaching,
        connection === "offline"
          ? "The house cannot be reached. Trying again…"
          : "Calling the house…",
      );
    },
  };
}
