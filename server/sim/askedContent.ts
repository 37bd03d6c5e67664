import { contentOf } from "./auditor/books.ts";
import type { Kind } from "./auditor/terms.ts";

/** What a player asked for, in the auditor's form, from the posting's own words. */
export function askedContentOf(posting: { readonly kind: Kind; readonly content: string }): string {
  const placed = posting.content.split("|").slice(1);
  const chips = placed.map((one) => {
    const cut = one.lastIndexOf(":");
    return [one.slice(0, cut), Number(one.slice(cut + 1))] as const;
  });
  return contentOf({ kind: posting.kind, chips });
}
