/**
 * Sends the players of a table that goes on elsewhere there: they are told first, and sent off a few at
 * a time, once there is somewhere to go. All at once they would stand at the next door all at once, and
 * too early before a closed one; until then they still have their table before their eyes.
 */
import type { Client } from "@colyseus/core";
import { CloseCode } from "@colyseus/core";
import type { PlayerMessages } from "@croupier/shared/protocol/messages";
import type { Clock } from "../platform/clock.ts";
import { pause } from "../platform/pause.ts";

/** Players who are sent off together, and the pause after them: 1,000 a second. */
const AT_ONCE = 50;
const PAUSE_MS = 50;
/** The next process usually has the table some hundredths of a second later. */
const NEXT_MS = { most: 1_500, look: 25 };

/** The SDK tries nothing by itself then: there is nothing here to come back to. */
export const GOES_ON_ELSEWHERE = CloseCode.FAILED_TO_RECONNECT;

const TOLD = "The table goes on in another process, in the same round; connecting again.";

export interface SendOff {
  readonly clients: readonly Client<{ messages: Pick<PlayerMessages, "notice"> }>[];
  readonly clock: Clock;
  /** Whether the table can be joined elsewhere by now. Where that is not to be found out: yes. */
  readonly isThere: () => Promise<boolean>;
}

/** Resolves when everybody was sent off but the last ones, whom the end of their room sends off. */
export async function sendOff({ clients, clock, isThere }: SendOff): Promise<void> {
  // Of those who are sent off together none comes right when the next one does.
  for (const [index, client] of clients.entries()) {
    const comeBackInMs = Math.floor((PAUSE_MS * (index % AT_ONCE)) / AT_ONCE);
    client.send("notice", { code: "TABLE_PAUSED", message: TOLD, comeBackInMs });
  }
  const giveUpAt = clock.now() + NEXT_MS.most;
  while (!(await isThere()) && clock.now() < giveUpAt) await pause(clock, NEXT_MS.look);
  for (let sent = 0; sent + AT_ONCE < clients.length; sent += AT_ONCE) {
    for (const client of clients.slice(sent, sent + AT_ONCE)) client.leave(GOES_ON_ELSEWHERE);
    await pause(clock, PAUSE_MS);
  }
}
