import type { Client } from "@colyseus/sdk";
import { describe, expect, it } from "vitest";
import { createStore } from "../store/store.ts";
import { watchLeaders } from "./leaders.ts";
import { projectLeaders } from "./projection.ts";

const ADA = { playerId: "p1", name: "Ada", net: 300 };

/** A house whose answers come when the test gives them. */
function aHouse() {
  const asked: { path: string; answer: (players: unknown[]) => void; fail: () => void }[] = [];
  const client = {
    http: {
      get: (path: string) =>
        new Promise((resolve, reject) => {
          const answer = (players: unknown[]) => resolve({ data: { players } });
          asked.push({ path, answer, fail: () => reject(new Error("away")) });
        }),
    },
  } as unknown as Client;
  const store = createStore();
  const pauses: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => pauses.push(resolve));
  const watch = watchLeaders({ client, store, wait, random: () => 0 });
  const players = () => store.state().leaders.players;
  return { asked, store, pauses, watch, players };
}

describe("the leaderboard", () => {
  it("is asked for again and again while somebody is there, and keeps what it knows", async () => {
    const { asked, pauses, watch, players } = aHouse();
    let here = true;
    const ended = watch.follow(() => here);
    expect(players()).toBeNull();
    asked[0]?.answer([ADA]);
    await expect.poll(() => pauses.length).toBe(1);
    expect(players()).toEqual([ADA]);
    pauses[0]?.();
    await expect.poll(() => asked.length).toBe(2);
    asked[1]?.fail();
    await expect.poll(() => pauses.length).toBe(2);
    expect(players()).toEqual([ADA]);
    here = false;
    pauses[1]?.();
    await ended;
    expect(asked.map(({ path }) => path)).toEqual(Array(2).fill("/api/leaderboard?period=day"));
  });

  it("shows no period under the name of another, however late its answer", async () => {
    const { asked, store, watch, players } = aHouse();
    watch.choose("week");
    watch.choose("all");
    expect(asked.map(({ path }) => path.split("=")[1])).toEqual(["week", "all"]);
    asked[1]?.answer([]);
    await expect.poll(players).toEqual([]);
    asked[0]?.answer([ADA]);
    await new Promise(setImmediate);
    expect(store.state().leaders).toEqual({ period: "all", players: [] });
  });

  it("tells of those who won, the ten best at most, and of nothing that is no player", () => {
    const crowd = Array.from({ length: 12 }, (_, at) => ({ ...ADA, net: 100 - at }));
    expect(projectLeaders({ players: crowd })).toHaveLength(10);
    const losers = [{ ...ADA, net: 0 }, { ...ADA, net: -5 }, null, "Ada"];
    expect(projectLeaders({ players: losers })).toEqual([]);
    expect(projectLeaders("<html>")).toEqual([]);
  });
});
