import type { Pool } from "pg";
import { expect, it } from "vitest";
import { PreflightError, preflight } from "./preflight.ts";

const OPTIONS = {
  seedKey: Buffer.alloc(32),
  now: 0,
  unsafeDatabase: false,
  clockWasAhead: null,
};

/** Of a Postgres that is asked for nothing but its version. */
function poolOf(number: number, version: string): Pool {
  const query = async () => ({ rows: [{ number, version }] });
  return { query } as unknown as Pool;
}

it.each([
  [140_012, "14.12"],
  [90_624, "9.6.24"],
])(
  "refuses a Postgres that is too old in one line, before it asks for anything else: %d",
  async (number, version) => {
    await expect(preflight(poolOf(number, version), OPTIONS)).rejects.toEqual(
      new PreflightError(
        `DATABASE_URL: this is Postgres ${version}, which is too old; it takes 15 or later.`,
      ),
    );
  },
);
