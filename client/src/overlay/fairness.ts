/** The fairness panel: what is public about this round, one's own seed, and the check of the last. */
import { TOKEN_PATTERN } from "@croupier/shared/core/bounds";
import type { RecordCheck } from "@croupier/shared/core/record";
import type { TableView } from "@croupier/shared/protocol/state";
import type { AppState } from "../store/model.ts";
import { createDialog } from "./dialog.ts";
import type { Part } from "./dom.ts";
import { element, field, setText } from "./dom.ts";
import { submitting } from "./form.ts";
import type { House } from "./house.ts";

export interface FairnessDialog extends Part<AppState> {
  readonly root: HTMLDialogElement;
  readonly open: () => void;
}

const FACTS = [
  [
    "commitment",
    "Commitment",
    "Published before betting opened: the seed of this round must hash to it.",
  ],
  ["entropy", "Players’ entropy", "The hash of all client seeds, frozen before betting opened."],
  ["betsDigest", "Bets digest", "The hash of all bets, published when betting closed."],
  [
    "seed",
    "Revealed seed",
    "Told when the ball is spun. Together with the entropy it gives the pocket.",
  ],
] as const;

const NOT_YET = "not known yet";

export function createFairnessDialog(house: House): FairnessDialog {
  const root = createDialog("fairness", "Is it fair?");
  const heading = element("h3");
  const values = FACTS.map(([key, label, hint]) => {
    const value = element("code", { id: `fairness-${key}` });
    const row = element(
      "div",
      { class: "fact" },
      element("h4", { text: label }),
      value,
      element("p", { class: "small", text: hint }),
    );
    return { key, value, row };
  });
  const seed = createSeedForm(house);
  const check = createCheck(house);
  root.append(
    element("p", {
      class: "lead",
      text: "Each result is fixed before its bets by a chain of seeds that the house committed to, mixed with the players’ own seeds. You need not trust the house for it: check it.",
    }),
    heading,
    ...values.map(({ row }) => row),
    seed.root,
    check.root,
    element("h3", { text: "What this does not prove" }),
    element("p", {
      text: "The house knows the chain, so it knows outcomes ahead of time: it could tell a friend. It cannot choose an outcome once the anchor is out and the client seeds are frozen.",
    }),
  );
  return {
    root,
    open: () => root.showModal(),
    render: (state) => {
      const { table } = state;
      setText(heading, table === null ? "" : `Round ${table.round}`);
      for (const { key, value } of values) setText(value, table?.[key] || NOT_YET);
      seed.render(state);
      check.render(state);
    },
  };
}

function createSeedForm(house: House): Part<AppState> {
  const input = element("input", {
    id: "client-seed",
    attributes: { required: "", maxlength: "64", spellcheck: "false", autocomplete: "off" },
  });
  const button = element("button", {
    id: "client-seed-use",
    text: "Use this seed",
    attributes: { type: "submit" },
  });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const since = element("p", { class: "small" });
  const form = element("form", { class: "seed" });
  form.append(field("Your client seed", input), button, problem, since);
  submitting(form, { button, problem }, async () => {
    const seed = input.value.trim();
    if (!TOKEN_PATTERN.test(seed)) {
      throw new Error("A seed has 1 to 64 of the characters 0-9, a-z, A-Z, _ and -.");
    }
    await house.changeSeed(seed);
  });
  let told: string | null = null;
  return {
    root: form,
    render: ({ seat }) => {
      // What the player is typing is theirs; only news from the table replaces it.
      if (seat !== null && seat.clientSeed !== told) {
        told = seat.clientSeed;
        input.value = told ?? "";
      }
      const from = seat?.seedFromRound ?? null;
      setText(since, from === null ? "" : `Counts from round ${from} on.`);
    },
  };
}

/** The last finished round: this one once its result is shown, else the one before. */
export function lastFinishedRound({ phase, round }: TableView): number {
  return phase === "result" ? round : round - 1;
}

function createCheck(house: House): Part<AppState> {
  const results = element("ul", { id: "check-results", attributes: { "aria-live": "polite" } });
  const verdict = element("p", { id: "check-verdict", attributes: { role: "status" } });
  const button = element("button", {
    id: "check-round",
    class: "primary",
    text: "Check last round",
  });
  const run = async (): Promise<void> => {
    const { table } = house.store.state();
    if (table === null) return;
    const round = lastFinishedRound(table);
    setText(verdict, `Checking round ${round}…`);
    results.replaceChildren();
    const record = await house.fetchRecord(table.tableId, round);
    // The check and its hashes are needed by few; they are fetched when they are.
    const { checkRecord, isGenuine } = await import("@croupier/shared/core/record");
    const checks = checkRecord(record);
    const genuine = isGenuine(checks);
    verdict.dataset["genuine"] = String(genuine);
    setText(
      verdict,
      genuine
        ? `Round ${round} is genuine: all ${checks.length} checks passed in your browser.`
        : `Round ${round} did not pass its check.`,
    );
    results.replaceChildren(...checks.map(checkLine));
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    run()
      .catch(() => setText(verdict, "The record could not be fetched. Please try again."))
      .finally(() => {
        button.disabled = false;
      });
  });
  const root = element("div", { class: "check" }, button, verdict, results);
  return {
    root,
    render: ({ table }) => {
      button.hidden = table === null || lastFinishedRound(table) < 1;
    },
  };
}

function checkLine({ check, ok, detail }: RecordCheck): HTMLElement {
  const sign = element("span", { class: ok ? "passed" : "failed", text: ok ? "✓" : "✗" });
  return element(
    "li",
    {},
    sign,
    element("strong", { text: check }),
    element("span", { text: detail }),
  );
}
