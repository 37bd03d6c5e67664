/** An expected "no" of the table: a code and what is allowed. Shapes match the protocol's refusals. */
export type TableRefusalCode =
  | "BETTING_CLOSED"
  | "INSUFFICIENT_CHIPS"
  | "SPOT_UNKNOWN"
  | "AMOUNT_INVALID"
  | "BELOW_MIN"
  | "ABOVE_SPOT_MAX"
  | "ABOVE_PLAYER_MAX"
  | "HOUSE_LIMIT"
  | "NOTHING_TO_UNDO"
  | "NOTHING_TO_REPEAT"
  | "OP_REUSED"
  | "TOO_MANY_REQUESTS"
  | "BANK_UNAVAILABLE"
  | "TABLE_PAUSED";

export interface Refusal {
  readonly code: TableRefusalCode;
  readonly message: string;
  readonly lateMs?: number;
  readonly limit?: number;
  readonly spot?: string;
}
