/** The account's dialog: keep the chips of a guest, come back to an account, or leave. */
import type { AppState } from "../store/model.ts";
import { createDialog } from "./dialog.ts";
import type { Part } from "./dom.ts";
import { element, field, setShown, setText } from "./dom.ts";
import { submitting } from "./form.ts";
import type { House } from "./house.ts";

export interface AccountDialog extends Part<AppState> {
  readonly root: HTMLDialogElement;
  readonly open: () => void;
}

type Purpose = "register" | "log-in";

const WORDS: Readonly<Record<Purpose, { heading: string; lead: string; button: string }>> = {
  register: {
    heading: "Keep these chips",
    lead: "With an account you find your chips and history on every device.",
    button: "Register",
  },
  "log-in": {
    heading: "I have an account",
    lead: "Come back to your own chips.",
    button: "Log in",
  },
};

/** Shorter passwords are guessed too soon. */
const PASSWORD_LENGTH = 8;

export function createAccountDialog(house: House): AccountDialog {
  const root = createDialog("account", "Your account");
  const who = element("p", { class: "lead" });
  const done = (): void => root.close();
  const registering = credentialsForm("register", async (credentials) => {
    await house.register(credentials);
    done();
  });
  const loggingIn = credentialsForm("log-in", async (credentials) => {
    await house.logIn(credentials);
    done();
  });
  const warning = element("p", {
    class: "small",
    text: "You play as a guest: when you log out, these chips are gone for good.",
  });
  const leave = element("button", {
    id: "log-out",
    class: "ghost",
    text: "Log out",
    onClick: () => {
      done();
      void house.signOut();
    },
  });
  const leaving = element("div", { class: "leaving" }, warning, leave);
  root.append(who, registering, loggingIn, leaving);
  return {
    root,
    open: () => root.showModal(),
    render: ({ me }) => {
      const guest = me?.guest ?? false;
      setText(who, me === null ? "" : `${me.name}${guest ? ", a guest" : ""}`);
      setShown(who, me !== null);
      setShown(registering, guest);
      setShown(loggingIn, me === null || guest);
      setShown(leaving, me !== null);
      setShown(warning, guest);
    },
  };
}

function credentialsForm(
  purpose: Purpose,
  submit: (credentials: { email: string; password: string }) => Promise<void>,
): HTMLFormElement {
  const words = WORDS[purpose];
  const email = element("input", {
    id: `${purpose}-email`,
    attributes: { type: "email", required: "", autocomplete: "email" },
  });
  const password = element("input", {
    id: `${purpose}-password`,
    attributes: {
      type: "password",
      required: "",
      minlength: String(PASSWORD_LENGTH),
      autocomplete: purpose === "register" ? "new-password" : "current-password",
    },
  });
  const button = element("button", {
    id: `${purpose}-submit`,
    class: "primary",
    text: words.button,
    attributes: { type: "submit" },
  });
  const problem = element("p", { class: "problem", attributes: { role: "alert" } });
  const form = element("form", { class: "credentials" });
  form.append(
    element("h3", { text: words.heading }),
    element("p", { class: "small", text: words.lead }),
    field("E-mail", email),
    field("Password", password),
    problem,
    button,
  );
  submitting(form, { button, problem }, async () => {
    await submit({ email: email.value.trim(), password: password.value });
    form.reset();
  });
  return form;
}
