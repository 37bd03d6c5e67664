/** One public address leads to one process: a second that claims it would get the first one's players. */
import { ConfigError } from "../config/configError.ts";
import type { Clock } from "../platform/clock.ts";
import { pause } from "../platform/pause.ts";
import { BEAT_MS, LEASE_MS } from "./lease.ts";

export interface Addresses {
  /** Whether a living process had it before this one, which wants it from now on; one that has just died may count yet. */
  isAddressTaken(address: string): Promise<boolean>;
}

/** Throws {@link ConfigError} where another process has the address for longer than a dead one could. */
export async function claimAddress(
  addresses: Addresses,
  address: string,
  clock: Clock,
): Promise<void> {
  const until = clock.now() + LEASE_MS + BEAT_MS;
  while (await addresses.isAddressTaken(address)) {
    if (clock.now() >= until) {
      throw new ConfigError(
        `PUBLIC_ADDRESS is ${address}, but another process that runs on this database has it; it takes an address of each process's own.`,
      );
    }
    await pause(clock, BEAT_MS);
  }
}
