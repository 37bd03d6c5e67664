/**
 * The renderer, with only what this scene draws with: shapes and text over WebGL. Nothing is loaded
 * on demand, and no code is made from strings, so a strict content security policy holds.
 */
import "pixi.js/graphics";
import "pixi.js/text";
import "pixi.js/unsafe-eval";
import { WebGLRenderer } from "pixi.js";

/** More pixels than this for one of the page's are not worth their time. */
const RESOLUTION_MOST = 2;

/** A renderer on `canvas` for a transparent picture. Rejects where the browser has no WebGL. */
export async function createRenderer(canvas: HTMLCanvasElement): Promise<WebGLRenderer> {
  const renderer = new WebGLRenderer();
  await renderer.init({
    canvas,
    // Everything with round edges is baked smoothly (see bake.ts).
    antialias: false,
    autoDensity: true,
    backgroundAlpha: 0,
    skipExtensionImports: true,
    resolution: Math.min(RESOLUTION_MOST, globalThis.devicePixelRatio || 1),
    preferWebGLVersion: 2,
  });
  return renderer;
}
