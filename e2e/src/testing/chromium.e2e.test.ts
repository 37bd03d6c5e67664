import type { Browser } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "./chromium.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
});

it("draws with WebGL 2 in two windows at once", async () => {
  const pages = await Promise.all([browser.newPage(), browser.newPage()]);
  const painted = pages.map((page) =>
    page.evaluate(() => {
      const context = document.createElement("canvas").getContext("webgl2");
      if (context === null) return "no WebGL 2";
      context.clearColor(1, 0, 0, 1);
      context.clear(context.COLOR_BUFFER_BIT);
      const pixel = new Uint8Array(4);
      context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, pixel);
      return pixel.join(",");
    }),
  );
  expect(await Promise.all(painted)).toEqual(["255,0,0,255", "255,0,0,255"]);
});

it("has a font to write with", async () => {
  const page = await browser.newPage();
  await page.setContent('<span style="font: 40px system-ui">00</span>');
  const box = await page.locator("span").boundingBox();
  expect(box?.width).toBeGreaterThan(20);
});
