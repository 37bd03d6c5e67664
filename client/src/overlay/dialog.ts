/** A dialog of the page: closed by its cross, by Escape and by a click beside it. */
import { element } from "./dom.ts";

/** A closed dialog with a heading; add to it, and open it with `showModal()`. */
export function createDialog(id: string, heading: string): HTMLDialogElement {
  const dialog = element("dialog", { id, attributes: { "aria-labelledby": `${id}-heading` } });
  const close = element("button", {
    class: "close",
    text: "×",
    attributes: { "aria-label": "Close" },
    onClick: () => dialog.close(),
  });
  const title = element("h2", { id: `${id}-heading`, text: heading });
  dialog.append(element("div", { class: "dialog-head" }, title, close));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}
