/** Numbers as the player reads them. */

const WHOLE = new Intl.NumberFormat("en-US");

/** `12345` → `12,345`. */
export function formatChips(chips: number): string {
  return WHOLE.format(chips);
}

/** An amount that fits on a chip: `950`, `1.2k`, `25k`, `1.5M`. Rounds down, never up. */
export function formatShort(chips: number): string {
  if (chips < 1000) return String(chips);
  const [unit, sign] = chips < 1_000_000 ? [1000, "k"] : [1_000_000, "M"];
  const tenths = Math.floor(chips / (unit / 10));
  const text = tenths >= 100 || tenths % 10 === 0 ? Math.floor(tenths / 10) : tenths / 10;
  return `${text}${sign}`;
}

/** `+350`, `−20`, `0`. */
export function formatNet(chips: number): string {
  if (chips === 0) return "0";
  return chips > 0 ? `+${formatChips(chips)}` : `−${formatChips(-chips)}`;
}
