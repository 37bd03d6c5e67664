import { describe, expect, it } from "vitest";
import { findSlot, reversed, slotIn } from "../../docker/server/slot.ts";

describe("a container's name", () => {
  it.each<[string, number | null]>([
    ["croupier-server-2.croupier_private", 2],
    ["croupier_server_16.croupier_default", 16],
    ["0a1b2c3d4e5f_croupier-server-3.croupier_private", 3],
    ["my-house-2-server-7", 7],
    ["croupier-server-999", 999],
    ["croupier-server-1000", null],
    ["croupier-server-0", null],
    ["croupier-server-01", null],
    ["croupier-server", null],
    ["7", null],
    ["0a1b2c3d4e5f", null],
    ["", null],
  ])("%s has slot %s", (name, slot) => {
    expect(slotIn(name)).toBe(slot);
  });
});

describe("a container's slot", () => {
  const known = new Map([["172.20.0.5", ["croupier-server-2.croupier_private"]]]);
  const namesOf = async (address: string) => {
    const names = known.get(address);
    if (names === undefined) throw new Error("ENOTFOUND");
    return names;
  };

  it("is found by the one address of several that has a name", async () => {
    expect(await findSlot({ addresses: ["10.0.0.9", "172.20.0.5"], namesOf })).toBe(2);
  });

  it("is none where no address has a name", async () => {
    expect(await findSlot({ addresses: ["10.0.0.9"], namesOf })).toBeNull();
    expect(await findSlot({ addresses: [], namesOf })).toBeNull();
  });

  it("is asked for by the address in reverse", () => {
    expect(reversed("172.20.0.5")).toBe("5.0.20.172.in-addr.arpa");
  });
});
