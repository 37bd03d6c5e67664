/** The bar above lobby and table: where one is, what one has, who one is. */
import { formatChips } from "../store/format.ts";
import type { AppState } from "../store/model.ts";
import { ownStake } from "../store/selectors.ts";
import type { Part } from "./dom.ts";
import { element, setShown, setText } from "./dom.ts";

export interface TopBarActions {
  readonly leaveTable: () => void;
  readonly openFairness: () => void;
  readonly openAccount: () => void;
}

const CONNECTION_WORDS = {
  connecting: "Connecting…",
  reconnecting: "Connection lost. Reconnecting…",
  offline: "The house cannot be reached.",
  online: "",
} as const;

/** What the player is told of the connection; nothing where all is well. */
export function connectionWords({ me, moving, connection, seat }: AppState): string {
  if (me === null) return "";
  if (moving && connection !== "offline") return "The table is moving. Your bets stand…";
  if (connection === "reconnecting" && seat !== null) {
    return "Connection lost. Your bets stand. Reconnecting…";
  }
  return CONNECTION_WORDS[connection];
}

export function createTopBar(actions: TopBarActions): Part<AppState> {
  const leave = element(
    "button",
    {
      id: "leave",
      class: "ghost",
      attributes: { "aria-label": "Leave the table" },
      onClick: actions.leaveTable,
    },
    "‹",
    element("span", { text: " Lobby" }),
  );
  const brand = element("span", { class: "brand", text: "Croupier" });
  const title = element("h2", { class: "title" });
  const round = element("span", { id: "round" });
  const where = element("div", { class: "where" }, title, round);
  const stake = element("output", { id: "stake", text: "0" });
  const balance = element("output", { id: "balance" });
  const stakeBox = element("div", { class: "money" }, element("span", { text: "Stake" }), stake);
  const money = element("div", { class: "money" }, element("span", { text: "Balance" }), balance);
  const fairness = element("button", {
    id: "fairness-open",
    class: "ghost",
    text: "Fairness",
    onClick: actions.openFairness,
  });
  const account = element("button", {
    id: "account-open",
    class: "ghost account",
    onClick: actions.openAccount,
  });
  const connection = element("p", { id: "connection", attributes: { role: "status" } });
  const root = element(
    "header",
    { class: "top-bar" },
    leave,
    brand,
    where,
    stakeBox,
    money,
    fairness,
    account,
    connection,
  );
  return {
    root,
    render: (state) => {
      const { me, table, tableId } = state;
      setShown(root, me !== null);
      setShown(leave, tableId !== null);
      setShown(brand, tableId === null);
      setShown(where, tableId !== null);
      setShown(stakeBox, tableId !== null);
      setShown(fairness, tableId !== null);
      setText(title, table?.name ?? "");
      setText(round, table === null ? "" : `Round ${table.round}`);
      setText(stake, formatChips(ownStake(state)));
      setText(balance, state.balance === null ? "–" : formatChips(state.balance));
      setText(account, me?.name ?? "");
      const words = connectionWords(state);
      // The bar is still there, empty, while nothing is wrong: a live region has to be.
      setText(connection, words);
      connection.dataset["tone"] = state.moving ? "calm" : "";
    },
  };
}
