/**
 * The server's process in a container. With `PUBLIC_HOST`, the host that browsers see, it works out
 * its own `PUBLIC_ADDRESS`; then it is the server.
 */
import { resolvePtr } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { findSlot, reversed } from "./slot.ts";

const { env } = process;

function ownAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = all.filter(({ family, internal }) => family === "IPv4" && !internal);
  return outer.map(({ address }) => address);
}

async function publicAddress(host: string): Promise<string | null> {
  // By the name server alone: the container's file of hosts knows the address by another name.
  const namesOf = (address: string) => resolvePtr(reversed(address));
  const slot = await findSlot({ addresses: ownAddresses(), namesOf });
  return slot === null ? null : `${host}/p/${slot}`;
}

const host = env["PUBLIC_HOST"];
if (host && !env["PUBLIC_ADDRESS"]) {
  const address = await publicAddress(host);
  if (address === null) {
    const own = ownAddresses().join(", ");
    process.stderr.write(
      `PUBLIC_HOST is ${JSON.stringify(host)}, but no name server knows this container (${own}) by a name with a number from 1 to 999, such as croupier-server-2; start it by Compose, or give it a PUBLIC_ADDRESS.\n`,
    );
    process.exit(1);
  }
  env["PUBLIC_ADDRESS"] = address;
}
await import("../../server/src/main.ts");
