// For benchmarks/editors.py: how long the extension takes to start, and until the first hover is seen.
import { join } from "node:path";
import { PROJECT, startVSCode } from "./vscode.mjs";

const code = await startVSCode({ folder: join(PROJECT, "examples", "homelab") });
try {
  await code.ready();
  await code.open("homes/alice@workstation/default.nix", 18, 12);
  await code.command("hmls.restartServer");
  const begin = Date.now();
  await code.hover("alice@laptop", 0.5);
  const hover = Date.now() - begin;
  const told = /activated in (\d+) ms/.exec(await code.info("activated in"));
  console.log(JSON.stringify({ activation: Number(told[1]), hover }));
} finally {
  await code.close();
}
