/** What players meet at the one address while a process behind it hangs. */
import { botFetch } from "../bots/network.ts";
import type { Notes } from "./notes.ts";

/** Of the proxy: longer it waits for nobody who is only to be read. */
export const EDGE_PATIENCE = { EDGE_ANSWER_TIMEOUT: "3s" } as const;
/** As long as the proxy waits for the one that hangs, and time for another one. */
const ANSWERED_MS = 5_000;
/** So many that each process is asked by each of the proxy's workers. */
const ASKED = 16;

/** Asks for the list of tables at `url`: everybody gets it, in time. */
export async function expectAnswersAtTheDoor(url: string, notes: Notes): Promise<void> {
  const answers = Array.from({ length: ASKED }, async () => {
    const since = performance.now();
    // Over a connection of its own: one that was kept may have been cut with the players'.
    const response = await botFetch(`${url}/api/tables`);
    await response.arrayBuffer();
    const tookMs = Math.round(performance.now() - since);
    notes.measured("an answer at the door while a process hangs", tookMs, ANSWERED_MS);
    if (!response.ok) notes.finding(`while a process hangs the door answers ${response.status}`);
  });
  await Promise.all(answers);
}
