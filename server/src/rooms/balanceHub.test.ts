import { describe, expect, it } from "vitest";
import { BalanceHub } from "./balanceHub.ts";

describe("a balance that is read", () => {
  const asking = () => {
    const hub = new BalanceHub();
    const books = Promise.withResolvers<number>();
    return { hub, books, read: hub.read("ada", () => books.promise) };
  };

  it("is what the books say", async () => {
    const { hub, books, read } = asking();
    hub.tell("bob", 7);
    books.resolve(100);
    expect(await read).toBe(100);
    expect(await hub.read("ada", async () => 90)).toBe(90);
  });

  it.each(["tell", "heard"] as const)("is what was told meanwhile: %s", async (how) => {
    const { hub, books, read } = asking();
    hub[how]("ada", 80);
    hub[how]("ada", 60);
    books.resolve(100);
    expect(await read).toBe(60);
  });

  it("is read anew after what was told of an earlier reading, or of one that failed", async () => {
    const { hub, books, read } = asking();
    hub.tell("ada", 80);
    books.reject(new Error("away"));
    await expect(read).rejects.toThrow("away");
    expect(await hub.read("ada", async () => 100)).toBe(100);
  });
});
