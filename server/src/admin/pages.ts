/** The admin's two plain pages. */
const STYLE = `
  :root { color-scheme: dark }
  body { font: 1rem/1.5 system-ui, sans-serif; background: #0d2b1f; color: #f3ead2; margin: 0;
    min-height: 100vh; display: grid; place-items: center }
  main { width: min(22rem, 86vw); padding: 2rem; background: #123a2a; border: 1px solid #b8923a;
    border-radius: .75rem }
  h1 { font-size: 1.25rem; margin: 0 0 1rem }
  label { display: block; margin: .75rem 0 }
  input { box-sizing: border-box; width: 100%; font: inherit; padding: .5rem; margin-top: .25rem;
    border: 1px solid #b8923a; border-radius: .375rem; background: #0d2b1f; color: inherit }
  button { font: inherit; width: 100%; padding: .6rem; margin-top: 1rem; border: 0;
    border-radius: .375rem; background: #d8ae4c; color: #1b1405; font-weight: 600; cursor: pointer }
  a { color: #e9c976 }
  [role=alert] { color: #ffb4a8 }`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Croupier</title><style>${STYLE}</style></head>
<body><main>${body}</main></body></html>`;
}

/** `next` must be one of our own paths: it is written into the page as it is. */
export function signInPage(next: string, refused: boolean): string {
  const alert = refused ? `<p role="alert">The name or the password is wrong.</p>` : "";
  return page(
    "Sign in",
    `<h1>Croupier: the admin's sign-in</h1>${alert}
<form method="post" action="/admin/api/login">
<input type="hidden" name="next" value="${next}">
<label>Name <input name="name" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form>`,
  );
}

export function landingPage(): string {
  return page(
    "Admin",
    `<h1>Croupier: the house</h1>
<p><a href="/monitor/">Room monitor</a></p>
<p><a href="/">The game</a></p>
<form method="post" action="/admin/api/logout"><button>Sign out</button></form>`,
  );
}
