/** Whether players reach this process at its public address, and what it does where they do not. */
import type { ContextOptions } from "./contextOptions.ts";
import type { Closers } from "./platform/closers.ts";
import type { Metrics } from "./platform/metrics.ts";
import { Arrivals } from "./rooms/arrivals.ts";
import { SEAT_SECONDS } from "./rooms/houseRoom.ts";
import { OutOfReach } from "./rooms/outOfReach.ts";
import type { Tables } from "./tables/tables.ts";

interface Watched extends ContextOptions {
  readonly tables: Tables;
  readonly metrics: Metrics;
}

export function watchArrivals(
  { config: { publicAddress }, tables, metrics, clock, log }: Watched,
  closers: Closers,
): Arrivals {
  const alarm = () => metrics.alarm("public address");
  const outOfReach = new OutOfReach({ clock, log, tables, publicAddress, alarm });
  closers.add("reach", () => outOfReach.close());
  const nobodyComes = (seats: number): void => {
    if (publicAddress === null || tables.isAside) return;
    log.error(
      { publicAddress, seats },
      "nobody who got a seat in this process arrives: does its PUBLIC_ADDRESS lead here?",
    );
  };
  return new Arrivals({
    clock,
    seatMs: SEAT_SECONDS * 1_000,
    nobodyComes,
    nobodyEverCame: (seats) => outOfReach.nobodyEverCame(seats),
    somebodyCame: () => outOfReach.somebodyCame(),
  });
}
