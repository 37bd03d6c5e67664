/** A spot in the player's words. */
import type { Spot } from "@croupier/shared/core/types";

const ORDINALS = ["first", "second", "third"] as const;

/** `Straight up 17`, `Split 17/20`, `Second dozen`. */
export function spotName({ kind, id, covers }: Spot): string {
  const [first = "", second = "", last = ""] = [covers[0], covers[1], covers.at(-1)];
  const index = Number(id.split(":")[1]) - 1;
  switch (kind) {
    case "straight":
      return `Straight up ${first}`;
    case "split":
      return `Split ${first}/${second}`;
    case "street":
      return `Street ${first}–${last}`;
    case "trio":
      return `Trio ${covers.join("/")}`;
    case "corner":
      return `Corner ${covers.join("/")}`;
    case "first-four":
      return "First four 0/1/2/3";
    case "top-line":
      return "Top line 0/00/1/2/3";
    case "six-line":
      return `Six line ${first}–${last}`;
    case "dozen":
      return `${capital(ORDINALS[index] ?? "")} dozen ${first}–${last}`;
    case "column":
      return `${capital(ORDINALS[index] ?? "")} column`;
    case "low":
      return "Low 1–18";
    case "high":
      return "High 19–36";
    default:
      return capital(kind);
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
