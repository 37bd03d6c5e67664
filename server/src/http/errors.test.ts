import { describe, expect, it } from "vitest";
import { normalised } from "./errors.ts";

const json = (status: number, body: unknown) => Response.json(body, { status });

interface Said {
  readonly error: { readonly code: string; readonly message: string };
}

async function said(response: Response, forSdk = false): Promise<[number, Said]> {
  const answer = await normalised(response, forSdk);
  return [answer.status, (await answer.json()) as Said];
}

describe("an error in our shape", () => {
  it.each<[string, Response, number, string]>([
    ["ours already", json(404, { error: { code: "NOT_FOUND", message: "no" } }), 404, "NOT_FOUND"],
    ["without a body", new Response(null, { status: 404 }), 404, "NOT_FOUND"],
    [
      "of the router's validation",
      json(400, { code: "VALIDATION_ERROR", message: "x" }),
      400,
      "MALFORMED",
    ],
    ["of malformed JSON", json(400, { error: "malformed request body" }), 400, "MALFORMED"],
    [
      "of a wrong password",
      json(401, { error: "invalid_credentials" }),
      401,
      "INVALID_CREDENTIALS",
    ],
    ["of a taken address", json(401, { error: "email_already_in_use" }), 409, "EMAIL_IN_USE"],
    ["of a database away", json(401, { error: "unavailable" }), 503, "UNAVAILABLE"],
    ["of a token too old", json(401, { message: "jwt expired" }), 401, "UNAUTHENTICATED"],
    ["of the matchmaker", json(409, { code: 409, error: "TABLE_FULL: full" }), 409, "TABLE_FULL"],
    ["of its own number", json(523, { code: 523, error: "oops" }), 500, "INTERNAL"],
    ["while closing", new Response(null, { status: 503 }), 503, "UNAVAILABLE"],
    ["in plain text", new Response("boom", { status: 500 }), 500, "INTERNAL"],
  ])("%s", async (...[, response, status, code]) => {
    const [answered, body] = await said(response);
    expect([answered, body.error.code]).toEqual([status, code]);
    expect(Object.keys(body)).toEqual(["error"]);
  });

  it("never tells what broke inside", async () => {
    const [, body] = await said(json(500, { message: "SELECT secret FROM table failed" }));
    expect(JSON.stringify(body)).not.toContain("SELECT");
  });

  it("has its message at the top for the SDK, which looks for it there", async () => {
    expect(await said(json(409, { error: "TABLE_FULL: No seat." }), true)).toEqual([
      409,
      { error: { code: "TABLE_FULL", message: "No seat." }, message: "TABLE_FULL: No seat." },
    ]);
  });

  it("leaves pages and answers alone", async () => {
    const page = new Response("<p>", { status: 401, headers: { "content-type": "text/html" } });
    expect(await normalised(page, false)).toBe(page);
    const fine = json(200, {});
    expect(await normalised(fine, false)).toBe(fine);
  });
});
