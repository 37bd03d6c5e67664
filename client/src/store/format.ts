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

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long something is past: `just now`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(passedMs: number): string {
  if (passedMs < MINUTE_MS) return "just now";
  if (passedMs < HOUR_MS) return `${Math.floor(passedMs / MINUTE_MS)} min ago`;
  if (passedMs < DAY_MS) return `${Math.floor(passedMs / HOUR_MS)} h ago`;
  return `${Math.floor(passedMs / DAY_MS)} d ago`;
}

/** `+350`, `−20`, `0`. */
export function formatNet(chips: number): string {
  if (chips === 0) return "0";
  return chips > 0 ? `+${formatChips(chips)}` : `−${formatChips(-chips)}`;
}
