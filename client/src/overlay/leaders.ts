/** The leaderboard in the lobby: who won most today, this week and ever. */
import type { Period } from "@croupier/shared/protocol/leaderboard";
import { PERIODS } from "@croupier/shared/protocol/leaderboard";
import { formatNet } from "../store/format.ts";
import type { AppState, ShownLeader } from "../store/model.ts";
import type { Part } from "./dom.ts";
import { element, rebuild, setShown, setText } from "./dom.ts";
import type { House } from "./house.ts";

const PERIOD_WORDS: Readonly<Record<Period, string>> = {
  day: "Today",
  week: "7 days",
  all: "All time",
};

const NOBODY: Readonly<Record<Period, string>> = {
  day: "Nobody is ahead yet today.",
  week: "Nobody has been ahead this week.",
  all: "Nobody has been ahead yet.",
};

export function createLeaderboard(house: House): Part<AppState> {
  const tabs = PERIODS.map((period) => ({ period, button: periodButton(house, period) }));
  const list = element("ol", {
    class: "leaders",
    attributes: { "aria-labelledby": "leaders-heading" },
  });
  const empty = element("p", { class: "leaders-none small" });
  const root = element(
    "section",
    { id: "leaders", class: "card feed", attributes: { "aria-labelledby": "leaders-heading" } },
    element("h2", { id: "leaders-heading", text: "Leaderboard" }),
    element(
      "div",
      { class: "periods", attributes: { role: "group", "aria-label": "Period" } },
      ...tabs.map(({ button }) => button),
    ),
    list,
    empty,
  );
  return {
    root,
    render: ({ leaders: { period, players }, me }) => {
      for (const tab of tabs) {
        tab.button.setAttribute("aria-pressed", String(tab.period === period));
      }
      setText(empty, players === null ? "One moment…" : NOBODY[period]);
      setShown(empty, players === null || players.length === 0);
      rebuild(list, JSON.stringify([players, me?.playerId]), () =>
        (players ?? []).map((leader, at) => leaderRow(leader, at, me?.playerId)),
      );
    },
  };
}

function periodButton(house: House, period: Period): HTMLButtonElement {
  return element("button", {
    class: "period",
    text: PERIOD_WORDS[period],
    onClick: () => house.chooseLeaders(period),
  });
}

function leaderRow({ playerId, name, net }: ShownLeader, at: number, me: string | undefined) {
  const own = playerId === me;
  return element(
    "li",
    { class: own ? "leader own" : "leader" },
    element("span", { class: "leader-place", text: String(at + 1) }),
    element(
      "span",
      { class: "leader-name" },
      element("bdi", { text: name, attributes: { title: name } }),
      ...(own ? [" (you)"] : []),
    ),
    element("span", { class: "win-net", text: formatNet(net) }),
  );
}
