/**
 * Bytewise order of ASCII text, the order of everything that is hashed.
 *
 * Public ids, spot ids and client seeds are ASCII, where comparing UTF-16 units and comparing UTF-8
 * bytes is the same; a locale's order is not.
 */
export function compareBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
