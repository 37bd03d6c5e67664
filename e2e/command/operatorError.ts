/** What whoever runs a command can put right; the message is one line that says how. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}
