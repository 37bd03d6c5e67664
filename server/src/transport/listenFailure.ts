import { createServer } from "node:net";

/**
 * Why a port could not be opened, for a library that does not say: what Node.js says of the same try.
 *
 * @param host the one address that was asked for; undefined: all
 * @returns an error with the system's code, such as `EADDRNOTAVAIL`
 */
export function listenFailure(port: number, host: string | undefined): Promise<Error> {
  const { promise, resolve } = Promise.withResolvers<Error>();
  const probe = createServer();
  probe.on("error", resolve);
  probe.listen({ port, host, exclusive: true }, () => {
    // Of all causes this one goes away by itself.
    const error = new Error(`listen EADDRINUSE: address was in use ${host ?? "::"}:${port}`);
    probe.close(() => resolve(Object.assign(error, { code: "EADDRINUSE" })));
  });
  return promise;
}
