import { expect, it } from "vitest";
import { ManualClock } from "../testing/manualClock.ts";
import { claimAddress } from "./claimAddress.ts";
import { LEASE_MS } from "./lease.ts";

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const ADDRESS = "play.example.org/p/1";

/** Claims while another has the address for so long. */
async function claiming(takenForMs: number): Promise<string> {
  const clock = new ManualClock();
  const freeAt = clock.now() + takenForMs;
  let told = "waits";
  const addresses = { isAddressTaken: async () => clock.now() < freeAt };
  claimAddress(addresses, ADDRESS, clock).then(
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

it("claims an address that nobody has", async () => {
  expect(await claiming(0)).toBe("claimed");
});

it("waits for one who has died to be missed", async () => {
  expect(await claiming(LEASE_MS)).toBe("claimed");
});

it("refuses one that another lives at, in one line that says so", async () => {
  expect(await claiming(Number.POSITIVE_INFINITY)).toMatch(
    /^PUBLIC_ADDRESS is play\.example\.org\/p\/1, but another process .*[^\n]*$/,
  );
});
