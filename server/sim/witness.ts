/** Holds everything that a simulated house's bank commits against the auditor's books. */
import { askedContentOf } from "./askedContent.ts";
import { check } from "./auditor/terms.ts";
import type { Witness } from "./bank.ts";
import type { Surroundings } from "./surroundings.ts";

type Watched = Pick<Surroundings, "auditor" | "counts" | "termsOf" | "audit">;

/** `committed` is told of each commit, in a line. */
export function witnessOf(house: Watched, committed: (line: string) => void): Witness {
  const { auditor, counts } = house;
  const { books } = auditor;
  const commit = (line: string, look: () => void) => {
    committed(line);
    house.audit(look);
  };
  const at = ({ tableId, epoch }: { tableId: string; epoch: number }) => `${tableId}/${epoch}`;
  return {
    leased: (lease) =>
      commit(`${at(lease)} is leased`, () => books.leased(lease.tableId, lease.epoch)),
    opened: (lease, opening, commitment) =>
      commit(`${at(lease)} opens ${opening.round}`, () => {
        const { wheel, zeroRule } = opening;
        const terms = { ...house.termsOf(lease.tableId), wheel, zeroRule };
        books.opened(lease, { ...opening, terms, commitment });
      }),
    posted: (lease, posting) =>
      commit(`${at(lease)} posts ${posting.playerId} ${posting.op}`, () => {
        books.posted(lease, posting, askedContentOf(posting));
      }),
    locked: (lease, { round, betsDigest }) =>
      commit(`${at(lease)} locks ${round}`, () => books.locked(lease, round, betsDigest)),
    settled: (lease, settling) =>
      commit(`${at(lease)} settles ${settling.round} ${settling.pocket}`, () => {
        books.settled(lease, settling);
        counts.add("seen: settled");
      }),
    voided: (lease, voiding) =>
      commit(`${at(lease)} voids ${voiding.round}: ${voiding.reason}`, () => {
        const changed = /wheel was changed|zero rule was changed/.test(voiding.reason);
        check(changed, () => `${at(lease)}: round ${voiding.round} is void for no good reason`);
        const status = books.running(lease.tableId)?.status;
        check(status === "open", () => `${at(lease)}: ${voiding.round} is void, and was ${status}`);
        auditor.voided(lease, voiding.round);
        counts.add("seen: void");
      }),
    seen: (what) => counts.add(what),
  };
}
