/**
 * Which slot a container has. Compose numbers the containers of a service and tells none of them its
 * number, but the engine's name server knows each address by its container's name:
 *
 *   172.20.0.5  ->  croupier-server-2.croupier_private  ->  slot 2
 */

/** The proxy's list ends here. */
const LAST_SLOT = 999;
const NUMBERED = /^[0-9a-z][0-9a-z_.-]*[-_]([1-9]\d{0,2})$/i;

export interface Names {
  /** The IPv4 addresses of this container. */
  readonly addresses: readonly string[];
  /** The names of an address; rejects where nobody knows one. */
  readonly namesOf: (address: string) => Promise<readonly string[]>;
}

/** The slot of this container; null where no name says one. */
export async function findSlot({ addresses, namesOf }: Names): Promise<number | null> {
  for (const address of addresses) {
    // An address that has no name is one on a network without a name server of its own.
    const names = await namesOf(address).catch(() => []);
    for (const name of names) {
      const slot = slotIn(name);
      if (slot !== null) return slot;
    }
  }
  return null;
}

/** The name under which a name server keeps the names of an IPv4 address. */
export function reversed(address: string): string {
  return `${address.split(".").reverse().join(".")}.in-addr.arpa`;
}

/** `croupier-server-2.croupier_private` and `croupier_server_2`: 2. */
export function slotIn(name: string): number | null {
  const [container = ""] = name.split(".");
  const slot = Number(NUMBERED.exec(container)?.[1]);
  return slot >= 1 && slot <= LAST_SLOT ? slot : null;
}
