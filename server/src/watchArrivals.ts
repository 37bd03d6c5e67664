/** Whether players reach this process at its public address, and what it does where they do not. */
import type { ContextOptions } from "./contextOptions.ts";
import type { Closers } from "./platform/closers.ts";
import type { Metrics } from "./platform/metrics.ts";
import { Arrivals } from "./rooms/arrivals.ts";
import { SEAT_SECONDS } from "./rooms/houseRoom.ts";
import type { Knocked } from "./rooms/outOfReach.ts";
import { OutOfReach } from "./rooms/outOfReach.ts";
import type { Tables } from "./tables/tables.ts";
import { PublicDoor } from "./transport/publicDoor.ts";

interface Watched extends ContextOptions {
  readonly tables: Tables;
  readonly metrics: Metrics;
}

export interface Reach {
  readonly arrivals: Arrivals;
  /** A socket came to the door. `path`: as it was asked for. */
  readonly heard: (path: string) => void;
  /** Once the door is open: takes tables, but where the public address leads elsewhere. */
  readonly look: () => Promise<void>;
}

export function watchArrivals(
  { config: { publicAddress }, tables, metrics, clock, log }: Watched,
  closers: Closers,
): Reach {
  const door = publicAddress === null ? null : new PublicDoor(publicAddress, clock);
  const knock = async (): Promise<Knocked> => (await door?.knock()) ?? "unknown";
  const alarm = () => metrics.alarm("public address");
  const outOfReach = new OutOfReach({ clock, log, tables, publicAddress, knock, alarm });
  closers.add("reach", () => outOfReach.close());
  const nobodyComes = (seats: number): void => {
    if (publicAddress === null || tables.isAside) return;
    log.error(
      { publicAddress, seats },
      "nobody who got a seat in this process arrives: does its PUBLIC_ADDRESS lead here?",
    );
  };
  const arrivals = new Arrivals({
    clock,
    seatMs: SEAT_SECONDS * 1_000,
    nobodyComes,
    nobodyEverCame: (seats) => void outOfReach.nobodyEverCame(seats),
    somebodyCame: () => outOfReach.somebodyCame(),
  });
  return { arrivals, heard: (path) => door?.heard(path), look: () => outOfReach.look() };
}
