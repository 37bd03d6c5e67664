import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { claimPlace } from "./claimPlace.ts";
import { LEASE_MS } from "./lease.ts";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const ADDRESS = "play.example.org/p/1";

interface Others {
  /** For so long another process has the address, or other secrets. */
  readonly addressMs?: number;
  readonly secretsMs?: number;
  readonly address?: string | null;
}

/** Claims a place among them. */
async function claiming({ addressMs = 0, secretsMs = 0, address = ADDRESS }: Others = {}) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  let told = "waits";
  const earlier = {
    isAddressTaken: async (asked: string) =>
      asked === ADDRESS && clock.now() < startedAt + addressMs,
    haveOthersOtherSecrets: async () => clock.now() < startedAt + secretsMs,
  };
  claimPlace(earlier, address, clock).then(
    () => {
      told = "claimed";
    },
    (error: Error) => {
      told = error.message;
    },
  );
  for (let passed = 0; passed < 3 * LEASE_MS; passed += 250) {
    await settle();
    clock.advance(250);
  }
  return told;
}

const ALWAYS = Number.POSITIVE_INFINITY;

describe("a place among the processes of a database", () => {
  it("is there where nobody stands in the way", async () => {
    expect(await claiming()).toBe("claimed");
    expect(await claiming({ address: null, addressMs: ALWAYS })).toBe("claimed");
  });

  it.each(["addressMs", "secretsMs"])(
    "waits for one who has died to be missed: %s",
    async (what) => {
      expect(await claiming({ [what]: LEASE_MS })).toBe("claimed");
    },
  );

  it("is refused at an address that another lives at, in one line that says so", async () => {
    expect(await claiming({ addressMs: ALWAYS })).toMatch(
      /^PUBLIC_ADDRESS is play\.example\.org\/p\/1, but another process .*[^\n]*$/,
    );
  });

  it.each([ADDRESS, null])(
    "is refused beside other secrets, in one line: at %s",
    async (address) => {
      expect(await claiming({ secretsMs: ALWAYS, address })).toMatch(
        /^JWT_SECRET or ADMIN_PASSWORD is another one than that of a process [^\n]*end all of them first\.$/,
      );
    },
  );
});
