import { expect, it } from "vitest";
import { FeedReader } from "./feedReader.ts";
import type { PlacedEvent } from "./houseEvents.ts";
import type { Win } from "./winFeed.ts";
import { WinFeed } from "./winFeed.ts";

const winOf = (round: number): Win => ({
  ...{ tableId: "one", round, pocket: "7", playerId: "ada", name: "Ada" },
  ...{ net: 1_000, staked: 1_000, at: round * 1_000 },
});

function eventOf(seq: number, round = seq): PlacedEvent {
  const { playerId, name, net, staked, ...of } = winOf(round);
  const winners = [{ playerId, name, net, staked }];
  return { seq, event: { ...of, status: "settled", winners } };
}

/** A reader with a stream and books that are as the test says. */
function createRig() {
  const rig = {
    now: 1_000_000,
    told: [] as PlacedEvent[],
    /** Rounds; null where the books cannot be read. */
    inBooks: [] as readonly number[] | null,
    /** From when on the books were asked for, each time. */
    asked: [] as number[],
    feed: new WinFeed(),
    rounds: () => rig.feed.wins.map(({ round }) => round),
  };
  const { feed } = rig;
  const stream = {
    after: async (seq: number, most: number) =>
      rig.told.filter((placed) => placed.seq > seq).slice(0, most),
    newest: async (most: number) => rig.told.slice(-most),
  };
  const books = async (since: number) => {
    rig.asked.push(since);
    const shown = rig.rounds();
    await Promise.resolve();
    // Nothing is taken away before there is something in its place.
    expect(rig.rounds()).toEqual(shown);
    if (rig.inBooks === null) throw new Error("the books take too long");
    return rig.inBooks.map(winOf);
  };
  return {
    ...{ rig, stream },
    reader: new FeedReader({ stream, feed, books, now: () => rig.now }),
  };
}

it("follows the stream while the books cannot be read, and asks them in their time", async () => {
  const { rig, reader } = createRig();
  rig.inBooks = null;
  rig.told = [eventOf(5)];
  await expect(reader.read(true)).rejects.toThrow("the books take too long");
  expect(rig.rounds()).toEqual([5]);
  rig.told.push(eventOf(6));
  rig.now += 4_999;
  await reader.read(true);
  expect(rig.rounds()).toEqual([6, 5]);
  expect(rig.asked).toEqual([0]);
  rig.now += 1;
  rig.inBooks = [1, 5];
  await reader.read(true);
  await reader.read(true);
  expect(rig.rounds()).toEqual([6, 5, 1]);
  rig.now += 60_000;
  await reader.read(true);
  expect(rig.asked).toEqual([0, 0]);
});

it("follows on behind a gap that the books cannot fill, and fills it in their time", async () => {
  const { rig, reader } = createRig();
  rig.told = [eventOf(1)];
  await reader.read(true);
  await reader.read(true);
  rig.told = [eventOf(3)];
  rig.inBooks = null;
  await expect(reader.read(true)).rejects.toThrow("the books take too long");
  expect(rig.rounds()).toEqual([3, 1]);
  await reader.read(true);
  rig.now += 5_000;
  rig.inBooks = [2];
  await reader.read(true);
  expect(rig.rounds()).toEqual([3, 2, 1]);
  expect(rig.asked).toEqual([0, 940_000, 940_000]);
});

it("shows what it showed until the books have told what to show instead", async () => {
  const { rig, reader } = createRig();
  rig.told = [1, 2, 3].map((seq) => eventOf(seq));
  rig.inBooks = [1, 2, 3];
  await reader.read(true);
  await reader.read(true);
  expect(rig.rounds()).toEqual([3, 2, 1]);
  // Rounds 2 and 3 did not happen: the database was restored to an earlier time.
  rig.told = [eventOf(2, 9)];
  rig.inBooks = null;
  await expect(reader.read(true)).rejects.toThrow("the books take too long");
  expect(rig.rounds()).toEqual([3, 2, 1]);
  rig.now += 5_000;
  rig.inBooks = [1];
  await reader.read(true);
  await reader.read(true);
  expect(rig.rounds()).toEqual([9, 1]);
});

it("notices that the stream was begun anew where it is further than before already", async () => {
  const { rig, reader } = createRig();
  rig.told = [1, 2, 3].map((seq) => eventOf(seq));
  rig.inBooks = [1, 2, 3];
  await reader.read(true);
  await reader.read(true);
  // Rounds 2 and 3 did not happen then, and are played again.
  const again = (seq: number): PlacedEvent => {
    const { event } = eventOf(seq);
    return { seq, event: { ...event, at: event.at + 100_000 } };
  };
  rig.told = [eventOf(1), again(2), again(3), again(4)];
  rig.inBooks = [1];
  for (let turn = 0; turn < 2; turn += 1) await reader.read(true);
  const seconds = rig.feed.wins.map(({ at }) => at / 1_000);
  expect(seconds).toEqual([104, 103, 102, 1]);
  expect(rig.asked).toEqual([0, 0]);
});

it("asks the books in their time where there is nobody to tell", async () => {
  const { rig, reader } = createRig();
  await reader.read(false);
  rig.now += 4_999;
  await reader.read(false);
  expect(rig.asked).toEqual([0]);
  rig.now += 1;
  rig.inBooks = null;
  await expect(reader.read(false)).rejects.toThrow("the books take too long");
  await reader.read(false);
  rig.now += 5_000;
  rig.inBooks = [4];
  await reader.read(false);
  expect(rig.rounds()).toEqual([4]);
  expect(rig.asked).toEqual([0, 940_000, 940_000]);
});
