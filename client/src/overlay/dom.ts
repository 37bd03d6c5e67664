/** Making and changing elements with few words. */

interface Properties {
  readonly id?: string;
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** What a click does. */
  readonly onClick?: () => void;
}

type Child = Node | string;

/** An element with its properties and children. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (properties.id !== undefined) made.id = properties.id;
  if (properties.class !== undefined) made.className = properties.class;
  if (properties.text !== undefined) made.textContent = properties.text;
  for (const [name, value] of Object.entries(properties.attributes ?? {})) {
    made.setAttribute(name, value);
  }
  const { onClick } = properties;
  if (onClick !== undefined) made.addEventListener("click", onClick);
  if (made instanceof HTMLButtonElement && !made.hasAttribute("type")) made.type = "button";
  made.append(...children);
  return made;
}

/** Sets the text where it differs, so that what is read aloud is not read again. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** Shows or hides. */
export function setShown(node: HTMLElement, shown: boolean): void {
  if (node.hidden === shown) node.hidden = !shown;
}

/** Rebuilds the children only when `key` differs from what they were built for. */
export function rebuild(node: HTMLElement, key: string, build: () => readonly Node[]): void {
  if (node.dataset["key"] === key) return;
  node.dataset["key"] = key;
  node.replaceChildren(...build());
}

/** A part of the page: its element, and how it follows the model. */
export interface Part<Model> {
  readonly root: HTMLElement;
  readonly render: (model: Model) => void;
}

/** A form field with its label. */
export function field(label: string, input: HTMLInputElement | HTMLSelectElement): HTMLElement {
  return element("label", { class: "field" }, element("span", { text: label }), input);
}
