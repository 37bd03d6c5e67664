/**
 * Builds that are broken in exactly what a suite of `npm run faults` guards.
 *
 * @type {import("../mutants.mjs").Mutant[]}
 */
export const mutants = [
  {
    name: "answers-before-commit",
    file: "server/src/db/transaction.ts",
    find: "const [writing, committing] = await Promise.allSettled([written, commit(client)]);",
    replace: `await written;
    const release = client.release.bind(client);
    client.release = () => undefined;
    setTimeout(() => {
      commit(client).then(() => release(), (error) => release(error));
    }, 100);
    return answer;`,
    why: "operations are answered some moments before they are committed",
  },
  {
    name: "recovery-forgets-the-last-operation",
    file: "server/src/rounds/history.ts",
    find: "  return operations;\n",
    replace: "  return operations.slice(0, -1);\n",
    why: "the newest row is taken for one that is not whole yet",
  },
  {
    name: "locked-rounds-reopen",
    file: "shared/src/core/table/restore.ts",
    find: 'if (unfinished.status === "locked") {',
    replace: "if (false) {",
    why: "a round that was locked before the crash takes bets again",
  },
  {
    name: "stays-paused",
    file: "server/src/tables/persistence.ts",
    find: "const answer = await ask();\n        this.#setAvailable(true);",
    replace: "const answer = await ask();",
    why: "nobody notices that the bank is back",
  },
  {
    name: "lost-connections-are-bugs",
    file: "server/src/db/errors.ts",
    find: "/^(Connection terminated|",
    replace: "/^(",
    why: "a connection that ends is not taken for what passes",
  },
  {
    name: "leases-never-expire",
    file: "server/src/rounds/tableLeases.ts",
    find: "OR (held.expires_at < clock_timestamp()",
    replace: "OR (held.expires_at IS NULL",
    why: "a holder that hangs keeps its tables for ever",
  },
  {
    name: "rooms-stay-open",
    file: "server/src/rooms/openRooms.ts",
    find: "closed: (host) => closeRoom(house, moves, host),",
    replace: "closed: () => undefined,",
    why: "a process that lost a table keeps its players",
  },
  {
    name: "database-takes-any-epoch",
    file: "server/src/db/migrate.ts",
    // Where migrations are read: the start compares the database's functions with theirs.
    find: 'const sql = await readFile(join(folder, name), "utf8");',
    replace:
      'const sql = (await readFile(join(folder, name), "utf8")).replaceAll("AND epoch = its_epoch", "");',
    why: "the database does not look at the lease that a row was written under",
  },
  {
    name: "batches-take-any-epoch",
    file: "server/src/ledger/postings.ts",
    find: "if (ground.epochs.get(tableId) !== lease.epoch) return new StaleLeaseError(lease);",
    replace: "",
    why: "operations are posted whoever holds the table",
  },
  {
    name: "renewals-are-believed",
    file: "server/src/tables/leaseKeeper.ts",
    find: "for (const lease of held) if (!kept.has(lease.tableId)) this.stale(lease);",
    replace: "kept.clear();",
    why: "a lease that was not renewed is held on to",
  },
  {
    name: "tickets-are-not-known",
    file: "server/src/ledger/postings.ts",
    find: "if (earlier.ticket === ticket) return",
    replace: "if (false) return",
    why: "what was committed, its answer lost, is not recognised as one's own",
  },
  {
    name: "unknown-commits-failed",
    file: "server/src/ledger/groupCommit.ts",
    find: "if (!(error instanceof CommitUnknownError)) throw error;",
    replace: "throw error;",
    why: "a commit without an answer is taken for one that did not happen",
  },
  {
    name: "houses-are-never-full",
    file: "server/src/ledger/bankroll.ts",
    find: "const least = houseMax * LEAST_ROUNDS;",
    replace: "const least = Number.MAX_SAFE_INTEGER;",
    why: "a house that has enough is filled up all the same",
  },
  {
    name: "houses-are-filled-up-by-a-round",
    file: "server/src/ledger/bankroll.ts",
    find: "const amount = houseMax * FULL_ROUNDS - house.balance;",
    replace: "const amount = houseMax;",
    why: "what the house has is not looked at",
  },
  {
    name: "old-void-news-is-lost",
    file: "server/src/tables/recovery.ts",
    find: "stake > 0 && !told.has(playerId)",
    replace: "stake < 0 && !told.has(playerId)",
    why: "a round that another process took back is taken for told",
  },
  {
    name: "locked-rounds-follow-the-new-rules",
    file: "server/src/tables/recovery.ts",
    find: "if (broken === undefined && changeOf(config, locked) === null) {",
    replace: "if (broken === undefined) {",
    why: "a locked round is settled on the wheel that its table has now",
  },
  {
    name: "closed-tables-are-left",
    file: "server/src/tables/closing.ts",
    find: "await this.#finish(closed);",
    replace: "return;",
    why: "nobody finishes the round of a table that was taken out of the configuration",
  },
  {
    name: "closing-takes-locked-rounds-back",
    file: "server/src/tables/recovery.ts",
    find: 'if (unfinished.status === "locked") return goOnLocked(options, history, unfinished);',
    replace: "",
    why: "a locked round is void because its table was closed",
  },
  {
    name: "players-come-before-their-chips",
    file: "server/src/players/players.ts",
    find: "await createPlayerAccount(client, playerId);",
    replace: `await createPlayerAccount(client, playerId);
      await client.query("COMMIT");
      await client.query("BEGIN");`,
    why: "a player is made in two transactions",
  },
];
