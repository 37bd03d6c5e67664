/**
 * Crash points: the process ends exactly there, as `kill -9` ends it, once it is armed (the file that
 * `CRASH_WHEN` names is there). Each is named for its row in `server/docs/specification.md`.
 *
 * They are no mistakes: the code goes on as it should wherever it is not armed.
 */

const armed = 'process.getBuiltinModule("node:fs").existsSync(process.env.CRASH_WHEN ?? "")';
const die = 'process.kill(process.pid, "SIGKILL");';

/** @param {string} [also] what else has to be true */
const dieHere = (also) => `if (${also === undefined ? "" : `${also} && `}${armed}) ${die}`;

/**
 * @param {string} row
 * @param {string} file
 * @param {{ before?: string, after?: string, also?: string }} place before or after which text
 */
function crash(row, file, { before, after, also }) {
  const find = before ?? after ?? "";
  const replace = before === undefined ? `${find}\n${dieHere(also)}` : `${dieHere(also)}\n${find}`;
  return { name: `crash-${row}`, file, find, replace, why: `the process ends at ${row}` };
}

/**
 * The process ends when all of a transaction is there but its COMMIT.
 *
 * @param {string} row
 * @param {string} begins a text at the transaction's begin
 */
function crashUncommitted(row, begins) {
  const replace = `${begins}
    const plainQuery = client.query.bind(client);
    client.query = (...given) => {
      if (given[0] === "COMMIT") { ${dieHere()} }
      if (given[0] === "COMMIT" || given[0] === "ROLLBACK") client.query = plainQuery;
      return plainQuery(...given);
    };`;
  return {
    name: `crash-${row}`,
    file: "server/src/rounds/roundLife.ts",
    find: begins,
    replace,
    why: `the process ends at ${row}`,
  };
}

const tableStore = "server/src/rounds/tableStore.ts";
const seedVault = "server/src/rounds/seedVault.ts";
const persistence = "server/src/tables/persistence.ts";
const host = "server/src/tables/host.ts";
const refusing = "server/src/tables/refusing.ts";
const groupCommit = "server/src/ledger/groupCommit.ts";
const postBatch = "server/src/ledger/postBatch.ts";
const bankroll = "server/src/ledger/bankroll.ts";
const recovery = "server/src/tables/recovery.ts";
const tableLeases = "server/src/rounds/tableLeases.ts";
const players = "server/src/players/players.ts";
const grants = "server/src/ledger/grants.ts";

const added =
  "const added = [operationRows(decision.accepted, now), transferRows(decision.transfers, now)];";

/**
 * Something happens when all of a batch is written but not committed.
 *
 * @param {string} name
 * @param {{ act: string, also?: string, why: string }} what
 */
function uncommitted(name, { act, also = "true", why }) {
  const replace = `${added}
  if (${also} && ${armed}) {
    for (const rows of added) await addRows(client, rows);
    ${act}
  }`;
  return { name, file: postBatch, find: added, replace, why };
}
/** Of a table that was not there before. */
const fresh = 'tableId.startsWith("fresh")';
const turnTold = "this.#observeTurn(announced);";

/** @type {import("../mutants.mjs").Mutant[]} */
export const mutants = [
  crash("R1", tableStore, { after: "await createTableAccounts(pool, tableId);", also: fresh }),
  crash("R2", tableStore, {
    after: "await ensureBankroll(pool, { lease, houseMax, now: clock.now() });",
    also: fresh,
  }),
  crash("R3", tableStore, {
    after: "await vault.prepare(tableId, history.unfinished?.round ?? history.lastRound + 1);",
    also: fresh,
  }),
  crashUncommitted("R4", "const { tableId, round, entropy } = opening;"),
  crash("R5", tableStore, { after: "await openRound(leased, opening, commitment);" }),
  crash("R6", persistence, {
    after: 'put({ type: "opened", now: clock.now(), openedAt, commitment });',
  }),
  {
    name: "crash-R7",
    file: persistence,
    find: 'put({ type: "opened", now: clock.now(), openedAt, commitment });',
    replace: `put({ type: "opened", now: clock.now(), openedAt, commitment });
      setTimeout(() => { ${dieHere()} }, config.bettingMs / 2);`,
    why: "the process ends at R7",
  },
  crash("R12", bankroll, { after: "await addTransfers(client, [bankroll], now);" }),
  {
    name: "house-has-lost",
    file: tableStore,
    find: "await ensureBankroll(pool, { lease, houseMax, now: asked.openedAt });",
    replace: `const low = ${armed} ? 6 * houseMax : houseMax;
        await ensureBankroll(pool, { lease, houseMax: low, now: asked.openedAt });`,
    why: "the house has so much less than it needs that it is filled up before the next round",
  },
  crash("R16", tableStore, {
    before: "const commitment = await vault.commitmentOf(tableId, round);",
  }),
  crash("C1", persistence, { before: "const { round, betsDigest, now } = effect;" }),
  crashUncommitted("C2", "const { tableId, round, betsDigest, lockedAt } = locking;"),
  crash("C3", tableStore, { after: "await lockRound(leased, locking);" }),
  crash("C4", persistence, {
    before: "const { round, seed, pocket, bets, payouts, now } = effect;",
  }),
  crash("C5", "server/src/rounds/finishRound.ts", {
    after: "await writeBets(client, end);",
    also: 'end.kind === "payout"',
  }),
  crashUncommitted(
    "C6",
    "const { tableId, round, seed, pocket, bets, payouts, settledAt } = settling;",
  ),
  {
    name: "crash-C8",
    file: tableStore,
    find: "durably(async () => ({ balances: await settleRound(leased, settling) })),",
    replace: `durably(async () => {
      const balances = await settleRound(leased, settling);
      ${dieHere()}
      return { balances };
    }),`,
    why: "the process ends at C8",
  },
  crash("C9", host, { after: turnTold, also: 'this.#state.stage === "spinning"' }),
  crash("C10", host, { after: turnTold, also: 'this.#state.stage === "result"' }),
  {
    name: "freeze-when-armed",
    file: host,
    find: "const announced = this.#state.phaseEndsAt;",
    replace: `const announced = this.#state.phaseEndsAt;
      if (input.type === "posted" && ${armed}) throw new Error("a broken invariant");`,
    why: "a table meets a broken invariant",
  },
  {
    name: "freeze-when-locked",
    file: host,
    find: "const announced = this.#state.phaseEndsAt;",
    replace: `const announced = this.#state.phaseEndsAt;
      if (input.type === "locked" && ${armed}) throw new Error("a broken invariant");`,
    why: "a table meets a broken invariant in a locked round",
  },
  crash("A1", groupCommit, {
    after: "const results = await this.#commit(batch.map(({ entry }) => entry));",
    also: 'batch.some(({ entry }) => entry.lease.tableId === "shut")',
  }),
  crash("A2", tableStore, {
    after: "await lockRound(leased, locking);",
    also: 'locking.tableId === "shut"',
  }),
  crash("A3", recovery, {
    after: "const { config, store, clock } = options;",
    also: 'options.config.tableId === "shut"',
  }),
  crash("A4", "server/src/rounds/roundLife.ts", {
    before: 'await client.query("SELECT void_round($1, $2, $3, $4, $5, $6, $7)", [',
    also: 'tableId === "shut"',
  }),
  crash("A5", recovery, {
    after: "const { balances, stakes } = await store.voidRound(voiding);",
    also: 'tableId === "shut"',
  }),
  crash("A6", "server/src/rounds/roundLife.ts", {
    before: 'await client.query("SELECT settle_round($1, $2, $3, $4, $5, $6)", [',
    also: 'tableId === "shut"',
  }),
  crashUncommitted("V1", "const { tableId, round, reason, voidedAt } = voiding;"),
  crash("V2", recovery, { before: "const after = await store.prepareTable(config);" }),
  crash("V6", tableStore, {
    after: "const openedAt = await openRound(leased, opening, commitment);",
    also: `${armed} && (await pool.query(
      "SELECT FROM rounds WHERE table_id = $1 AND round = $2 AND status = 'void'",
      [tableId, round - 1])).rowCount === 1`,
  }),
  crash("V8", tableStore, {
    after: "const openedAt = await openRound(leased, opening, commitment);",
    also: `${armed} && (await pool.query(
      "SELECT FROM rounds WHERE table_id = $1 AND round BETWEEN $2 AND $3 AND status = 'void'",
      [tableId, round - 2, round - 1])).rowCount === 2`,
  }),
  {
    name: "short-chains",
    file: tableStore,
    find: "new SeedVault(options)",
    replace: "new SeedVault({ ...options, chainLength: 1_000 })",
    why: "chains that have a successor from their first round on",
  },
  crash("S1", seedVault, {
    before: "const sealed = seal(checkpoints, seedKey, labelOf(tableId, firstRound));",
    also: "firstRound > 1",
  }),
  crash("S2", seedVault, { before: "log.info({ tableId, firstRound,", also: "firstRound > 1" }),
  crash("O1", groupCommit, {
    before: "const entry = { lease, posting, content, ticket: randomUUID() };",
  }),
  uncommitted("crash-O2", { act: die, why: "the process ends at O2" }),
  crash("O5", groupCommit, {
    after: "const results = await this.#commit(batch.map(({ entry }) => entry));",
  }),
  {
    name: "crash-O6",
    file: host,
    find: "this.#requests.answer(effect);",
    replace: `this.#requests.answer(effect);
      setTimeout(() => { ${dieHere()} }, 10);`,
    why: "the process ends at O6",
  },
  uncommitted("crash-O7", {
    act: die,
    also: 'entries.some(({ posting }) => posting.op.startsWith("burst"))',
    why: "the process ends at O7",
  }),
  crash("O8", groupCommit, {
    after: "const results = await this.#commit(batch.map(({ entry }) => entry));",
    also: "batch.some(({ entry }) => entry.posting.stakeChange < 0)",
  }),
  crash("O9", refusing, {
    before: "if (earlier === null) requests.close(request, { refusal });",
  }),
  crash("T1", "server/src/tables/tables.ts", {
    before: "this.#options.observer.leased(tableId, epoch);",
  }),
  crash("T2", host, { before: "this.#carrySeatsTo(state);" }),
  crash("T9", "server/src/tables/tables.ts", {
    before: "await this.#keeper.giveUp(begun.lease, this.#share?.offer(tableId) ?? null);",
  }),
  crash("T10", tableLeases, { before: "await this.#query(`NOTIFY" }),
  crash("T11", "server/src/tables/leaseKeeper.ts", {
    before: "for (const lease of await leases.take(due)) {",
    also: 'due.includes("one")',
  }),
  crash("P1", grants, {
    after:
      'await addTransfers(client, [{ kind: "grant", debitId, creditId, amount, playerId }], now);',
  }),
  crash("P2", players, { before: "return playerId;" }),
  crash("P4", grants, { before: "return { granted: asChips(amount), balance: asChips(upTo) };" }),
  crash("P5", "server/src/http/records.ts", {
    after: "const claimed = await players.claimDaily(playerId);",
  }),
  uncommitted("sleep-T8", {
    act: 'process.kill(process.pid, "SIGSTOP");',
    why: "the holder falls asleep in a transaction",
  }),
];
