import { describe, expect, it } from "vitest";
import { tooOld } from "./redisVersion.ts";

describe("a version of Redis", () => {
  it.each(["6.2.0", "6.2.21", "6.10.1", "7.0.15", "8.0.0", "10.1.2", "unstable", ""])(
    "will do: %j",
    (version) => {
      expect(tooOld(version)).toBeNull();
    },
  );

  it.each(["6.0.16", "6.1.240", "5.0.7", "2.8.19"])("is too old: %j", (version) => {
    expect(tooOld(version)?.message).toBe(
      `REDIS_URL: this Redis is ${version}, and too old; it takes 6.2 or later.`,
    );
  });
});
