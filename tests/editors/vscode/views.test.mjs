// What stands beside the text: the views, the target in focus, effective configurations, trust.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT, startVSCode, until } from "./vscode.mjs";

const HOMELAB = join(PROJECT, "examples", "homelab");
let code;
before(async () => {
  code = await startVSCode({ folder: HOMELAB });
  await code.ready();
});
after(() => code?.close());

test("Homes lists users with their targets, hosts with their users", async () => {
  await code.page.locator(".pane-header[aria-label=\"Explorer Section: homelab\"]").click();
  await code.command("hmls.homes.focus");
  const rows = await until(async () => {
    const found = await code.rows("Homes");
    return found.length > 8 && found;
  }, "rows of Homes");
  const text = rows.join("\n");
  for (const name of ["Users", "alice", "alice@workstationhost", "alicestandalone", "Hosts"]) {
    assert.ok(text.includes(name), `${name} in ${text}`);
  }
});

test("a target is put in focus, and its settings are listed", async () => {
  await code.command("hmls.chooseTarget");
  await code.choose("alice@workstation");
  await code.page.locator(".statusbar-item", { hasText: "alice@workstation" }).waitFor();
  await code.command("hmls.settings.focus");
  const rows = await until(async () => {
    const found = await code.rows("Home Settings");
    return found.length > 3 && found;
  }, "rows of Home Settings");
  assert.ok(rows.some((row) => row.startsWith("home")), String(rows));
  await code.screenshot("settings");
});

test("the effective configuration is a document", async () => {
  await code.command("hmls.showEffective");
  await code.choose("alice@workstation");
  await until(async () => /homelab|programs/.test(await code.text()), "the effective configuration");
});

test("two targets are compared", async () => {
  await code.command("hmls.compareTargets");
  await code.choose("alice");
  await code.choose("alice@workstation");
  await code.page.locator(".monaco-diff-editor").waitFor();
});

test("in an untrusted workspace it reads and runs nothing", async () => {
  const other = await startVSCode({
    folder: HOMELAB,
    trust: true,
    settings: { "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" },
  });
  try {
    await other.ready();
    await other.open("homes/alice/git.nix", 5, 6);
    await other.hover("workstation");
    await other.command("hmls.debugInfo");
    await until(async () => /workspace trusted: false/.test(await other.text()), "the workspace is not trusted");
  } finally {
    await other.close();
  }
});

test("in a folder without homes nothing is loaded", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hmls-plain-"));
  writeFileSync(join(folder, "flake.nix"), "{ outputs = _: { }; }\n");
  const other = await startVSCode({ folder });
  try {
    await other.open("flake.nix");
    assert.equal((await other.drive("extension", { id: "hmls.hmls" })).active, false);
  } finally {
    await other.close();
  }
});
