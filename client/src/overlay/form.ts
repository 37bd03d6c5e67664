/** Forms that ask the house something and show what it says. */
import { setText } from "./dom.ts";

interface FormParts {
  readonly button: HTMLButtonElement;
  readonly problem: HTMLElement;
}

/** Runs `submit` once at a time; where it rejects, its message is shown. */
export function submitting(
  form: HTMLFormElement,
  { button, problem }: FormParts,
  submit: () => Promise<void>,
): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    setText(problem, "");
    submit()
      .catch((error: unknown) => {
        setText(problem, error instanceof Error ? error.message : "That did not work.");
      })
      .finally(() => {
        button.disabled = false;
      });
  });
}
