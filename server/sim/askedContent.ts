import { contentOf } from "./auditor/books.ts";
import type { Kind } from "./auditor/terms.ts";

/** What a player asked for, in the auditor's form, from the posting's content alone. */
export function askedContentOf(posting: { readonly content: string }): string {
  const [kind, ...placed] = posting.content.split("|");
  const chips = placed.map((one) => {
    const cut = one.lastIndexOf(":");
    return [one.slice(0, cut), Number(one.slice(cut + 1))] as const;
  });
  return contentOf({ kind: kind as Kind, chips });
}
