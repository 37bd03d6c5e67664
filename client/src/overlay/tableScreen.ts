/** The table's screen: its parts, and the two places that the page leaves to the picture. */
import type { AppState } from "../store/model.ts";
import { createAnnounced } from "./announced.ts";
import { createControls } from "./controls.ts";
import type { Part } from "./dom.ts";
import { element } from "./dom.ts";
import type { House } from "./house.ts";
import { createStatus } from "./status.ts";
import { createTalk } from "./talk.ts";
import { createWinLine } from "./wins.ts";

export interface TableScreen extends Part<AppState> {
  /** The wheel's place. */
  readonly wheel: HTMLElement;
  readonly tick: (now: number) => void;
}

/** @param felt the felt's place */
export function createTableScreen(house: House, felt: HTMLElement): TableScreen {
  const root = element("section", { class: "table" });
  const wheel = element("div", { id: "wheel", attributes: { "aria-hidden": "true" } });
  const status = createStatus();
  const winLine = createWinLine();
  const announced = createAnnounced(house);
  const talk = createTalk(house, root);
  const controls = createControls(house, {
    announcedButton: announced.button,
    talkButton: talk.button,
  });
  status.root.append(winLine.root);
  root.append(wheel, status.root, announced.root, talk.root, felt, controls.root);
  const parts = [status, winLine, announced, talk, controls];
  return {
    root,
    wheel,
    render: (state) => {
      for (const part of parts) part.render(state);
    },
    tick: (now) => {
      status.tick(now);
      winLine.tick(now);
    },
  };
}
