/** What admins did: only ever added to. */
import type { Queryable } from "../db/transaction.ts";

const MOST_LISTED = 500;

export interface AdminAction {
  readonly at: Date;
  /** The admin's name. */
  readonly who: string;
  /** A word or two, such as `sign-in` or `dispose room`. */
  readonly action: string;
  /** Never a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface ListedAdminAction extends AdminAction {
  readonly id: number;
}

/** Writes an action down. */
export async function recordAdminAction(database: Queryable, action: AdminAction): Promise<void> {
  await database.query(
    "INSERT INTO admin_audit (at, who, action, detail) VALUES ($1, $2, $3, $4)",
    [action.at, action.who, action.action, JSON.stringify(action.detail)],
  );
}

/** Actions, newest first; `before` is the id that the last page ended with. */
export async function listAdminActions(
  database: Queryable,
  { before = Number.MAX_SAFE_INTEGER, limit = MOST_LISTED }: { before?: number; limit?: number },
): Promise<readonly ListedAdminAction[]> {
  const { rows } = await database.query<ListedAdminAction>(
    `SELECT id, at, who, action, detail FROM admin_audit
     WHERE id < $1 ORDER BY id DESC LIMIT $2`,
    [before, Math.min(limit, MOST_LISTED)],
  );
  return rows;
}
