/** A pocket's number on its colour, as it is shown everywhere outside the felt. */
import type { Pocket } from "@croupier/shared/core/types";
import { colourOf } from "@croupier/shared/core/wheel";
import { element } from "./dom.ts";

/** `17`, on black; read aloud with its colour. */
export function pocketBadge(pocket: Pocket, className = ""): HTMLElement {
  const colour = colourOf(pocket);
  return element("span", {
    class: `pocket ${colour} ${pocket.length > 2 ? "long" : ""} ${className}`.trim(),
    text: pocket,
    attributes: { role: "img", "aria-label": `${pocket} ${colour}` },
  });
}
