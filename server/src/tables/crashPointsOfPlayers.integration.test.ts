/** The crash points of what players are given: the starting chips, and the daily ones. */
import { beforeEach, describe, expect, it } from "vitest";
import { CommitUnknownError } from "../db/errors.ts";
import { EmailTakenError } from "../players/players.ts";
import { DAILY_CHIPS, STARTING_CHIPS } from "../testing/bankRig.ts";
import type { Place } from "../testing/crashPlaces.ts";
import { STATEMENTS } from "../testing/crashPlaces.ts";
import type { CrashStage } from "../testing/crashStage.ts";
import type { MortalProcess } from "../testing/mortalProcess.ts";
import { setUpStages } from "../testing/setUpStages.ts";

const NOT_COMMITTED: Place = { moment: "before the commit of", statement: STATEMENTS.TRANSFERS };
const COMMITTED: Place = { moment: "after the commit of", statement: STATEMENTS.TRANSFERS };

let stage: CrashStage;
setUpStages((fresh) => {
  stage = fresh;
});

describe("a new player", () => {
  let email: string;
  beforeEach(() => {
    email = `${stage.config.tableId}@example.org`;
  });

  const register = ({ players }: MortalProcess) =>
    players.register({ email, passwordHash: "a hash", name: "Eve" });

  /** Players, accounts and grants in the database. */
  async function counts(): Promise<unknown> {
    const { rows } = await stage.rig.database.pool.query(
      `SELECT (SELECT count(*) FROM players) AS players,
         (SELECT count(*) FROM accounts WHERE kind = 'player') AS accounts,
         (SELECT count(*) FROM transfers WHERE kind = 'grant') AS grants`,
    );
    return rows[0];
  }

  /** Whoever registers again is told that the email is taken, and signs in to the starting chips. */
  async function expectRegistered(at: MortalProcess): Promise<void> {
    const before = await counts();
    await expect(register(at)).rejects.toThrow(EmailTakenError);
    const { player } = (await at.players.findByEmail(email)) ?? {};
    expect(player).toMatchObject({ name: "Eve", balance: STARTING_CHIPS });
    expect(await counts()).toEqual(before);
    // Nobody knows of a guest, and so the next one is another.
    const guest = await at.players.registerGuest({ name: "Eve" });
    expect(guest).toMatchObject({ balance: STARTING_CHIPS });
    expect(guest.playerId).not.toBe(player?.playerId);
  }

  it("P1: the player is written and given chips, that is not committed", async () => {
    const before = await counts();
    const dying = stage.process();
    const dead = dying.meets("death", NOT_COMMITTED);
    void register(dying);
    await dead;
    const next = stage.process();
    expect(await next.players.findByEmail(email)).toBeNull();
    expect(await counts()).toEqual(before);
    expect(await register(next)).toMatchObject({ name: "Eve", balance: STARTING_CHIPS });
  });

  it("P2: the player is committed and was not told", async () => {
    const dying = stage.process();
    const dead = dying.meets("death", COMMITTED);
    void register(dying);
    await dead;
    await expectRegistered(stage.process());
  });

  it("P3: the player is committed, the answer to that COMMIT is lost, the process lives", async () => {
    const process = stage.process();
    const lost = process.meets("lost connection", COMMITTED);
    await expect(register(process)).rejects.toThrow(CommitUnknownError);
    await lost;
    await expectRegistered(process);
  });
});

describe("daily chips", () => {
  const LEFT = 300;
  let ada: string;
  /** Ada has few chips left: the others lie on the felt. */
  beforeEach(async () => {
    ada = await stage.player();
    const process = await stage.betting();
    const spent = STARTING_CHIPS - LEFT;
    expect(await process.bet(ada, "most", [["red", spent]])).toHaveProperty("answer");
  });

  const given = { granted: DAILY_CHIPS - LEFT, balance: DAILY_CHIPS };
  const hadBefore = { granted: 0, balance: DAILY_CHIPS };

  /** They were given once, and are not given again. */
  async function expectGiven({ players }: MortalProcess): Promise<void> {
    expect(await players.claimDaily(ada)).toEqual(hadBefore);
    expect(await stage.balance(ada)).toBe(DAILY_CHIPS);
  }

  it("P4: the daily chips are given, that is not committed", async () => {
    const dying = stage.process();
    const dead = dying.meets("death", NOT_COMMITTED);
    void dying.players.claimDaily(ada);
    await dead;
    const next = stage.process();
    expect(await stage.balance(ada)).toBe(LEFT);
    expect(await next.players.claimDaily(ada)).toEqual(given);
    await expectGiven(next);
  });

  it("P5: the daily chips are committed, the player was not told", async () => {
    const dying = stage.process();
    const dead = dying.meets("death", COMMITTED);
    void dying.players.claimDaily(ada);
    await dead;
    await expectGiven(stage.process());
  });

  it("P6: the daily chips are committed, the answer to that COMMIT is lost, the process lives", async () => {
    const process = stage.process();
    const lost = process.meets("lost connection", COMMITTED);
    await expect(process.players.claimDaily(ada)).rejects.toThrow(CommitUnknownError);
    await lost;
    await expectGiven(process);
  });
});
