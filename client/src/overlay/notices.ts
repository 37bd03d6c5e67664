/** Short words from the house; they go by themselves. */
import type { AppState } from "../store/model.ts";
import type { Store } from "../store/store.ts";
import type { Part } from "./dom.ts";
import { element } from "./dom.ts";

/** Long enough to be read, short enough not to be in the way. */
const SHOWN_MS = 6_000;

export function createNotices(store: Store): Part<AppState> {
  const root = element("div", {
    id: "notices",
    attributes: { role: "status", "aria-live": "polite" },
  });
  const shown = new Map<number, HTMLElement>();
  return {
    root,
    render: ({ notices }) => {
      for (const [id, node] of shown) {
        if (notices.some((notice) => notice.id === id)) continue;
        node.remove();
        shown.delete(id);
      }
      for (const { id, tone, text } of notices) {
        if (shown.has(id)) continue;
        const dismiss = () => store.dispatch({ type: "notice-dismissed", id });
        const close = element("button", {
          class: "close",
          text: "×",
          attributes: { "aria-label": "Dismiss" },
          onClick: dismiss,
        });
        const node = element("p", { class: `notice ${tone}` }, text, close);
        shown.set(id, node);
        root.append(node);
        setTimeout(dismiss, SHOWN_MS);
      }
    },
  };
}
