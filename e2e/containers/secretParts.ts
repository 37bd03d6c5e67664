/** What must not be seen of a secret: all of it, and its password alone where it is an address. */
export function partsOf(secret: string): readonly string[] {
  const password = URL.parse(secret)?.password ?? "";
  return password === "" ? [secret] : [secret, password];
}
