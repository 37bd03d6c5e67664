/**
 * Drawings as pictures. What seldom changes is drawn once, smoothly, and afterwards costs as little
 * as any photograph: that is what lets a slow machine turn the wheel evenly.
 */
import type { Renderer } from "pixi.js";
import { Container, Rectangle, Sprite } from "pixi.js";

/** A picture of `drawing` in its place, `resolution` pixels for a unit; the drawing is used up. */
export function bake(renderer: Renderer, drawing: Container, resolution: number): Container {
  const { x, y, width, height } = drawing.getLocalBounds();
  const frame = new Rectangle(
    Math.floor(x) - 1,
    Math.floor(y) - 1,
    Math.ceil(width) + 3,
    Math.ceil(height) + 3,
  );
  const texture = renderer.generateTexture({
    target: drawing,
    frame,
    resolution,
    antialias: true,
    textureSourceOptions: { autoGenerateMipmaps: true, scaleMode: "linear" },
  });
  drawing.destroy({ children: true });
  const sprite = new Sprite(texture);
  sprite.position.set(frame.x, frame.y);
  const picture = new Container();
  picture.addChild(sprite);
  // A picture owns its pixels: they go when it does.
  picture.on("destroyed", () => texture.destroy(true));
  return picture;
}
