/** Puts the client together: net -> store -> page and picture, and the player's wishes back. */
import "./style/index.css";
import { Client } from "@colyseus/sdk";
import { exposeDebugView } from "./debug.ts";
import { enterAsGuest, logIn, register } from "./net/account.ts";
import { localNow, makeToken, soon, wait } from "./net/browser.ts";
import { fetchRecord } from "./net/house.ts";
import { createServerClock } from "./net/serverClock.ts";
import { Session } from "./net/session.ts";
import { keepWayBack } from "./net/wayBack.ts";
import { createFeltInput } from "./overlay/feltInput.ts";
import type { House } from "./overlay/house.ts";
import { createPage } from "./overlay/page.ts";
import { createSpotLabel } from "./overlay/spotLabel.ts";
import { startScene } from "./startScene.ts";
import { createIntents } from "./store/intents.ts";
import { createStore } from "./store/store.ts";

const client = new Client();
const store = createStore();
const clock = createServerClock(localNow, Date.now);
const session = new Session({ client, store, clock, localNow, soon, wait });
const intents = createIntents(store, makeToken, session.sendOperations);

const house: House = {
  store,
  intents,
  now: clock.now,
  sit: (tableId) => session.sit(tableId),
  leaveTable: () => session.leaveTable(),
  chooseLeaders: session.chooseLeaders,
  enterAsGuest: async (name) => session.enter(await enterAsGuest(client, name)),
  register: async (credentials) => {
    const name = store.state().me?.name ?? "";
    session.enter(await register(client, credentials, name));
  },
  logIn: async (credentials) => session.enter(await logIn(client, credentials)),
  signOut: () => session.signOut(),
  say: (text) => session.say(text),
  changeSeed: (seed) => session.changeSeed(seed),
  fetchRecord: (tableId, round) => fetchRecord(client, tableId, round),
};

const picture = startScene(store, clock.now);
const felt = createFeltInput({ store, scene: picture.scene, place: intents.placeChip });
const spotPosition = (spot: string) => picture.scene()?.spotPosition(spot) ?? null;
const page = createPage(house, { felt, spotLabel: createSpotLabel(spotPosition) });

document.body.append(page.root);
picture.follow(page);
exposeDebugView(store.state, spotPosition);
const resume = keepWayBack({ ...house, window });
void session.start().then(resume);
