/** `TABLES`: which tables there are. A JSON array, or a file that holds one. */
import { readFileSync } from "node:fs";
import { BOUNDS } from "@croupier/shared/core/bounds";
import type { Chips } from "@croupier/shared/core/chips";
import type { TableConfig, WheelName } from "@croupier/shared/core/types";
import { SPOT_KINDS, WHEELS, ZERO_RULES } from "@croupier/shared/core/types";
import { ZERO_RULES_OF } from "@croupier/shared/core/wheel";
import { z } from "zod";
import { ConfigError } from "./configError.ts";
import { DEFAULT_LIMITS, MOST_CHIPS } from "./limits.ts";

/** More tables in one process would not get their turns in time. */
const MOST_TABLES = 64;
const LONGEST_PHASE_MS = 3_600_000;
const MOST_PLAYERS = 5_000;

const whole = (least: number, most: number) =>
  z
    .int({ error: `takes a whole number from ${least} to ${most}` })
    .min(least)
    .max(most);
const phaseMs = (fallback: number) => whole(BOUNDS.minPhaseMs, LONGEST_PHASE_MS).default(fallback);
const chips = whole(1, MOST_CHIPS);

const limits = z.strictObject({
  min: chips.default(DEFAULT_LIMITS.min),
  max: z.partialRecord(z.enum(SPOT_KINDS), chips).default({}),
  playerMax: chips.default(DEFAULT_LIMITS.playerMax),
  houseMax: chips.default(DEFAULT_LIMITS.houseMax),
});

const table = z.strictObject({
  id: z
    .string({ error: "is what a table is known by, and has to be there" })
    .regex(/^[0-9A-Za-z_-]{1,32}$/, "takes 1 to 32 of 0-9, A-Z, a-z, _ and -"),
  name: z.string().trim().min(1).max(60).optional(),
  wheel: z.enum(WHEELS, { error: `takes one of ${WHEELS.join(", ")}` }).default("european"),
  zeroRule: z.enum(ZERO_RULES, { error: `takes one of ${ZERO_RULES.join(", ")}` }).optional(),
  bettingMs: phaseMs(18_000),
  closingMs: phaseMs(2_000),
  spinningMs: phaseMs(8_000),
  resultMs: phaseMs(4_000),
  maxPlayers: whole(1, MOST_PLAYERS).default(1_000),
  limits: limits.prefault({}),
});

const DEFAULT_TABLES = [
  { id: "european", name: "Monte Carlo", wheel: "european" },
  { id: "american", name: "Las Vegas", wheel: "american" },
  { id: "triple-zero", name: "Triple Zero", wheel: "triple-zero" },
];

const TAKES = 'a JSON array such as [{ "id": "main" }], or a path of a file with one';

/** The tables that `text` describes, or the three that are there by default. */
export function readTables(text: string | undefined): readonly TableConfig[] {
  const list = text === undefined || text === "" ? DEFAULT_TABLES : arrayIn(text);
  if (list.length === 0 || list.length > MOST_TABLES) {
    throw new ConfigError(`TABLES holds ${list.length} tables, but it takes 1 to ${MOST_TABLES}.`);
  }
  const tables = list.map(tableConfig);
  const ids = new Set<string>();
  for (const { tableId } of tables) {
    if (ids.has(tableId)) throw new ConfigError(`TABLES: two tables have the id "${tableId}".`);
    ids.add(tableId);
  }
  return tables;
}

function arrayIn(text: string): readonly unknown[] {
  const trimmed = text.trim();
  const inline = trimmed.startsWith("[") || trimmed.startsWith("{");
  let json = trimmed;
  if (!inline) {
    try {
      json = readFileSync(trimmed, "utf8");
    } catch {
      throw new ConfigError(
        `TABLES is ${JSON.stringify(text)}, which is no file that can be read; it takes ${TAKES}.`,
      );
    }
  }
  const where = inline ? "TABLES" : `TABLES (the file ${trimmed})`;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ConfigError(`${where} is not JSON; it takes ${TAKES}.`);
  }
  if (!Array.isArray(value)) throw new ConfigError(`${where} is no array; it takes ${TAKES}.`);
  return value;
}

function tableConfig(value: unknown, index: number): TableConfig {
  const parsed = table.safeParse(value);
  const where = nameOf(value, index);
  if (!parsed.success) throw new ConfigError(`TABLES: ${where}: ${firstIssue(parsed.error)}.`);
  const { id, name, zeroRule, limits: own, ...rest } = parsed.data;
  const legal = ZERO_RULES_OF[rest.wheel];
  if (zeroRule !== undefined && !legal.includes(zeroRule)) {
    throw new ConfigError(
      `TABLES: ${where}: zeroRule "${zeroRule}" does not go with the ${rest.wheel} wheel; it takes ${legal.join(" or ")}.`,
    );
  }
  checkLimits(own, where);
  return {
    tableId: id,
    name: name ?? id,
    ...rest,
    zeroRule: zeroRule ?? defaultZeroRule(rest.wheel),
    limits: {
      min: own.min as Chips,
      max: { ...DEFAULT_LIMITS.max, ...own.max } as TableConfig["limits"]["max"],
      playerMax: own.playerMax as Chips,
      houseMax: own.houseMax as Chips,
    },
  };
}

function defaultZeroRule(wheel: WheelName) {
  return ZERO_RULES_OF[wheel][0] ?? "none";
}

/** At least one bet of the least stake has to be possible on every spot. */
function checkLimits(own: z.infer<typeof limits>, where: string): void {
  for (const [kind, most] of Object.entries({ ...DEFAULT_LIMITS.max, ...own.max })) {
    if (most < own.min) {
      throw new ConfigError(
        `TABLES: ${where}: limits.max.${kind} is ${most}, but it takes at least limits.min, which is ${own.min}.`,
      );
    }
  }
  if (own.playerMax < own.min) {
    throw new ConfigError(
      `TABLES: ${where}: limits.playerMax is ${own.playerMax}, but it takes at least limits.min, which is ${own.min}.`,
    );
  }
  const least = own.min * 35;
  if (own.houseMax < least) {
    throw new ConfigError(
      `TABLES: ${where}: limits.houseMax is ${own.houseMax}, but it takes at least ${least}: what a straight of limits.min wins.`,
    );
  }
}

function nameOf(value: unknown, index: number): string {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" ? `table ${JSON.stringify(id.slice(0, 40))}` : `table ${index + 1}`;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "cannot be used";
  const field = issue.path.join(".");
  return field === "" ? issue.message : `${field} ${lowerFirst(issue.message)}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
