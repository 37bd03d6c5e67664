/**
 * The one way into the project: `node server/bin/croupier.mjs <command> [arguments…]`.
 *
 * Plain JavaScript without dependencies for Node.js ≥ 18, since it runs before anything is
 * installed. It makes sure of the packages, picks the Node.js that the project needs, builds the
 * client where that is stale, and then is nothing but the parent of the command.
 */
import { ensureClient } from "./client.mjs";
import { commandNames, planOf } from "./commands.mjs";
import { ensurePackages } from "./packages.mjs";
import { repository } from "./paths.mjs";
import { runTogether } from "./processes.mjs";
import { environmentOf, nodeFor } from "./runtime.mjs";

async function main() {
  const [command = "", ...given] = process.argv.slice(2);
  const plan = planOf(command, given);
  if (plan === undefined) {
    console.error(`Unknown command "${command}". There is: ${commandNames.join(", ")}.`);
    return { code: 2 };
  }
  process.chdir(repository);
  await ensurePackages();
  const node = nodeFor();
  const environment = environmentOf(process.env);
  if (plan.needsClient) await ensureClient(node, environment);
  return runTogether(plan.processes.map((arguments_) => ({ node, arguments_, environment })));
}

main().then(
  ({ code, signal }) => {
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  },
  (error) => {
    console.error(error.expected ? `croupier: ${error.message}` : error);
    process.exitCode = 1;
  },
);
