/** Who runs which table, as the processes themselves tell it in their logs (`LOG_LEVEL=info`). */
import type { ClusterProcess } from "./serverProcess.ts";

const TURN =
  /"tableId":"([^"]+)".*"msg":"(running a table|handed a table over|another process runs)/;

/** The tables that a living process runs. */
export function tablesOf({ output }: Pick<ClusterProcess, "output">): readonly string[] {
  const held = new Set<string>();
  for (const line of output.split("\n")) {
    const [, tableId = "", what] = TURN.exec(line) ?? [];
    if (what === "running a table") held.add(tableId);
    else held.delete(tableId);
  }
  return [...held];
}
