import { describe, expect, it } from "vitest";
import { atGate, Looks } from "./gate.ts";
import { AdminSessions } from "./session.ts";

const NOW = 1_700_000_000_000;
const HERE = "table-here";
const sessions = new AdminSessions({ jwtSecret: "a secret", adminPassword: "a password" });
const cookie = sessions.begin(NOW, false).split(";")[0] ?? "";

/** What a process answers whose only room is {@link HERE}; the address of any other one is `address`. */
async function asked(path: string, address: string | null) {
  const written: string[] = [];
  const options = {
    sessions,
    now: () => NOW,
    record: async ({ action }: { action: string }) => void written.push(action),
    looks: new Looks(),
    hasRoom: (roomId: string) => roomId === HERE,
    addressOf: async () => address,
  };
  const request = new Request(`http://localhost${path}`, { headers: { cookie } });
  return { response: await atGate(options, request), written };
}

describe("what is asked of a room at another process", () => {
  it.each([
    "/monitor/api/room?roomId=table-main",
    "/monitor/api/room/call?roomId=table-main&method=disconnect&args=%5B%5D",
  ])("is led there, where it is written down: %s", async (path) => {
    const { response, written } = await asked(path, "play.example.org/p/2");
    expect(response?.status).toBe(302);
    expect(response?.headers.get("location")).toBe(`/p/2${path}`);
    expect(written).toEqual([]);
  });

  it.each([
    ["no address is known", null],
    ["the address has no path of its own", "play.example.org"],
    ["the address would lead to another host", "play.example.org//evil.example"],
    ["the address is none", "play.example.org/p/2?to=/"],
  ])("is not found where %s", async (_why, address) => {
    const { response } = await asked("/monitor/api/room?roomId=table-main", address);
    expect(response?.status).toBe(404);
    expect(await response?.json()).toMatchObject({ error: { code: "NOT_FOUND" } });
  });
});

it("lets through what is asked of a room that is here, and writes it down", async () => {
  const { response, written } = await asked(`/monitor/api/room?roomId=${HERE}`, "host/p/2");
  expect(response).toBeNull();
  expect(written).toEqual(["monitor: inspect room"]);
});
