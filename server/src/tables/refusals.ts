/** Refusals that a host gives, beside those of the step. */
import type { Refusal } from "@croupier/shared/core/table/refusal";

export const PAUSED: Refusal = {
  code: "TABLE_PAUSED",
  message:
    "The table is starting again. Send the same op again in a moment; it never counts twice.",
};

export const REUSED: Refusal = {
  code: "OP_REUSED",
  message: "This op was used for another operation; make a new op for a new operation.",
};

/** Whether the op was accepted cannot be told now, be it of this asking or of an earlier one. */
export const UNKNOWN: Refusal = {
  code: "BANK_UNAVAILABLE",
  message: "The bank does not answer. Send the same op again in a moment; it never counts twice.",
};
