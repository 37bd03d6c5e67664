import { afterAll, beforeAll, expect, it } from "vitest";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";

let rig: BankRig;
beforeAll(async () => {
  rig = await createBankRig();
  // With so many the database plans as it does for a house.
  const others = "SELECT 'player', 'player-' || n FROM generate_series(1, 3000) AS n";
  await rig.database.pool.query(`INSERT INTO accounts (kind, player_id) ${others}`);
  await rig.database.pool.query("ANALYZE accounts");
});
afterAll(() => rig?.database.close());

it("lets a hundred guests in who come at the same moment", async () => {
  const guests = Array.from({ length: 100 }, () => rig.players.registerGuest({}));
  expect(new Set((await Promise.all(guests)).map(({ playerId }) => playerId)).size).toBe(100);
});
