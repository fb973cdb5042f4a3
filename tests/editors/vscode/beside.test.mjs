// Beside nix-ide with a language server: what both would answer is answered once.
//
// The real ones take the stand-in's place with HMLS_NIX_IDE=nix-ide.vsix HMLS_NIL=/path/to/nil.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT, startVSCode, until } from "./vscode.mjs";

const ALICE = "homes/alice/default.nix";
const { HMLS_NIX_IDE, HMLS_NIL } = process.env;
let code;
before(async () => {
  code = await startVSCode({
    folder: join(PROJECT, "examples", "homelab"),
    settings: { "nix.enableLanguageServer": true, "nix.serverPath": HMLS_NIL ?? "nil" },
    ...(HMLS_NIX_IDE ? { others: [HMLS_NIX_IDE] } : { standIn: "jnoortheen.nix-ide-0.0.1" }),
  });
  await code.open(ALICE);
  await code.ready();
});
after(() => code?.close());

const ask = (command, ...more) =>
  code.drive("ask", { command: `vscode.${command}`, args: [{ $uri: code.path(ALICE) }, ...more] });
const hovers = async (line, column) => (await ask("executeHoverProvider", { $position: [line, column] })).length;
const outline = () => ask("executeDocumentSymbolProvider");
/** How often a name of the outline is there; the stand-in has one of its own. */
const times = (symbols) => symbols.filter(({ name }) => ["homelab", "outline of the stand-in"].includes(name)).length;

test("it says to whom the language is left", async () => {
  await code.info("the language is left to: " + (HMLS_NIL ?? "nil") + " by jnoortheen.nix-ide");
});

test("variables have one hover, and files one outline; settings have ours as well", async () => {
  await until(async () => (await hovers(37, 24)) === 1, "one hover over config");
  await until(async () => times(await outline()) === 1, "one outline");
  await until(async () => (await hovers(25, 13)) === 2, "two hovers over a setting");
});

test("when the other server is switched off, hmls answers for the language", async () => {
  await code.drive("setting", { name: "nix.enableLanguageServer", value: false });
  await code.info("the language is left to: nobody");
  const names = await until(async () => {
    const found = (await outline()).map(({ name }) => name);
    return found.includes("homelab") && found;
  }, "our outline");
  assert.ok(names.includes("home"), String(names));
});

test("by its own setting it answers all the same", async () => {
  await code.drive("setting", { name: "nix.enableLanguageServer", value: true });
  await code.info("the language is left to: " + (HMLS_NIL ?? "nil"));
  await code.drive("setting", { name: "hmls.features.language", value: true });
  await code.info("the language is left to: nobody");
});
