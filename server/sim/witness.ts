/** Holds everything that a simulated house's bank commits against the auditor's books. */
import { askedContentOf } from "./askedContent.ts";
import type { BookedRound } from "./auditor/books.ts";
import type { Witness } from "./bank.ts";
import type { Surroundings } from "./surroundings.ts";

/** Of one player, in one round. */
const VERY_MANY = 250;

type Watched = Pick<Surroundings, "auditor" | "deadlines" | "counts" | "termsOf" | "audit">;

/** `committed` is told of each commit, in a line. */
export function witnessOf(house: Watched, committed: (line: string) => void): Witness {
  const { auditor, deadlines, counts } = house;
  const { books } = auditor;
  const commit = (line: string, look: () => void) => {
    committed(line);
    house.audit(look);
  };
  const at = ({ tableId, epoch }: { tableId: string; epoch: number }) => `${tableId}/${epoch}`;
  return {
    leased: (lease, holder) => {
      deadlines.leased(lease.tableId, holder);
      commit(`${at(lease)} is leased`, () => books.leased(lease.tableId, lease.epoch));
    },
    released: (tableId) => deadlines.freed(tableId),
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
      commit(`${at(lease)} locks ${round}`, () => {
        const running = books.running(lease.tableId);
        auditor.locked(lease, round, betsDigest);
        if (running !== null && isLongAndTakenOver(running, lease)) {
          counts.add("seen: round taken over, with very many operations of one player");
        }
      }),
    settled: (lease, settling) =>
      commit(`${at(lease)} settles ${settling.round} ${settling.pocket}`, () => {
        books.settled(lease, settling);
        counts.add("seen: settled");
        const broke = auditor.brokeTwice(lease, settling.round);
        if (broke) counts.add("seen: settled after breaking twice");
      }),
    voided: (lease, voiding) =>
      commit(`${at(lease)} voids ${voiding.round}: ${voiding.reason}`, () => {
        auditor.voided(lease, voiding.round, voiding.reason);
      }),
    seen: (what) => counts.add(what),
  };
}

function isLongAndTakenOver(
  { operations, openedIn }: BookedRound,
  { epoch }: { epoch: number },
): boolean {
  if (operations.length < VERY_MANY || epoch === openedIn) return false;
  const byPlayer = Map.groupBy(operations, ({ playerId }) => playerId);
  return [...byPlayer.values()].some((own) => own.length >= VERY_MANY);
}
