import { expect, it } from "vitest";
import { Inbox } from "./inbox.ts";

it("takes what is put meanwhile after what it takes, in order", () => {
  const taken: string[] = [];
  const inbox = new Inbox<string>((input) => {
    taken.push(`${input} begins`);
    if (input === "a") {
      inbox.put("c");
      inbox.put("d");
    }
    taken.push(`${input} ends`);
  });
  inbox.put("a");
  inbox.put("b");
  expect(taken.map((line) => line.split(" ")[0])).toEqual("a a c c d d b b".split(" "));
});

it("takes the next one after one that failed, which its putter is told", () => {
  const taken: string[] = [];
  const inbox = new Inbox<string>((input) => {
    if (input === "bug") throw new Error("a bug");
    taken.push(input);
  });
  expect(() => inbox.put("bug")).toThrow("a bug");
  inbox.put("a");
  expect(taken).toEqual(["a"]);
});

it("forgets what waits when it is told to", () => {
  const taken: string[] = [];
  const inbox = new Inbox<string>((input) => {
    taken.push(input);
    if (input !== "a") return;
    inbox.put("b");
    inbox.clear();
  });
  inbox.put("a");
  expect(taken).toEqual(["a"]);
});
