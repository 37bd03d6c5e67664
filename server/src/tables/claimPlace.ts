/**
 * A place among the processes that run on one database: with the secrets that they have, for each would
 * take the other's players for strangers, and with a public address of its own, for a second that claims
 * it would get the first one's players.
 */
import { ConfigError } from "../config/configError.ts";
import type { Clock } from "../platform/clock.ts";
import { pause } from "../platform/pause.ts";
import { BEAT_MS, LEASE_MS } from "./lease.ts";

/** The living processes that were there before; one that has just died may count yet. */
export interface Earlier {
  /** Whether one has secrets that are not this process's. */
  haveOthersOtherSecrets(): Promise<boolean>;
  /** Whether one has the address, which this process wants from now on. */
  isAddressTaken(address: string): Promise<boolean>;
}

/**
 * Throws {@link ConfigError} where another process stands in the way for longer than a dead one could.
 *
 * @param address null: none is wanted
 */
export async function claimPlace(
  earlier: Earlier,
  address: string | null,
  clock: Clock,
): Promise<void> {
  if (await lasts(() => earlier.haveOthersOtherSecrets(), clock)) {
    throw new ConfigError(
      "JWT_SECRET or ADMIN_PASSWORD is another one than that of a process that runs on this database, and each has to be the same for all: give this process theirs, or end all of them first.",
    );
  }
  if (address !== null && (await lasts(() => earlier.isAddressTaken(address), clock))) {
    throw new ConfigError(
      `PUBLIC_ADDRESS is ${address}, but another process that runs on this database has it; it takes an address of each process's own.`,
    );
  }
}

/** Whether it is so for as long as a process that has died may not be missed, and a beat more. */
async function lasts(isSo: () => Promise<boolean>, clock: Clock): Promise<boolean> {
  const until = clock.now() + LEASE_MS + BEAT_MS;
  while (await isSo()) {
    if (clock.now() >= until) return true;
    await pause(clock, BEAT_MS);
  }
  return false;
}
