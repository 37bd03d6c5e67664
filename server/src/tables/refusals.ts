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

/** The step refused, but whether the op was accepted earlier cannot be told now. */
export const UNKNOWN: Refusal = {
  code: "BANK_UNAVAILABLE",
  message: "The bank does not answer. Send the same op again in a moment; it never counts twice.",
};
