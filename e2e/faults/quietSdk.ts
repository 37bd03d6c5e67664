/** The SDK talks on the console of each connection that ends. Here that is what is done to it. */

const OF_THE_SDK = /^(Room connection was closed unexpectedly|\[Colyseus reconnection\])/;
const LEVELS = ["log", "info", "warn", "error"] as const;

type Talking = Pick<Console, (typeof LEVELS)[number]>;

/** Leaves the SDK's lines out of what is said on `on`. */
export function quietSdk(on: Talking): void {
  for (const level of LEVELS) {
    const say = on[level].bind(on);
    on[level] = (...words: unknown[]): void => {
      if (!OF_THE_SDK.test(String(words[0]))) say(...words);
    };
  }
}
