// What stands beside the text: the views, the target in focus, effective configurations, trust.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  for (const name of ["Users", "alice", "alice@workstation", "alicestandalone", "unused", "laptopx86_64-linux", "Hosts"]) {
    assert.ok(text.includes(name), `${name} in ${text}`);
  }
  const first = { clip: { x: 52, y: 150, width: 300, height: 300 } };
  await code.screenshot("editors/vscode/media/walkthrough/homes", first);
  await code.row("Homes", "alice@workstation").hover();
  await code.page.locator(".monaco-list-row:hover .action-label").nth(2).waitFor();
  await code.screenshot("editors/vscode/media/walkthrough/deploy", first);
});

test("without a target in focus the settings ask for one", async () => {
  await code.command("hmls.settings.focus");
  assert.match(await code.welcome("Home Settings").innerText(), /Choose a target to see its effective settings/);
});

test("a target is put in focus, and its settings are listed", async () => {
  await code.command("hmls.chooseTarget");
  await code.page.locator(".quick-input-list .monaco-list-row:visible").nth(4).waitFor();
  await code.screenshot("editors/vscode/media/walkthrough/focus", code.page.locator(".quick-input-widget"));
  await code.choose("alice@workstation");
  await code.page.locator(".statusbar-item", { hasText: "alice@workstation" }).waitFor();
  await code.command("hmls.settings.focus");
  const rows = await until(async () => {
    const found = await code.rows("Home Settings");
    return found.length > 3 && found;
  }, "rows of Home Settings");
  assert.ok(rows.some((row) => row.startsWith("home")), String(rows));
  await until(async () => (await code.rows("Homes")).some((row) => row.includes("1 warning")), "what is unused is warned of");
  await code.screenshot("docs/pictures/settings", { clip: { x: 0, y: 36, width: 352, height: 764 } });
});

/** Type into the filter of the settings; what is left is all expanded. */
async function filter(text, wanted) {
  await code.command("hmls.filterSettings");
  await code.page.locator(".quick-input-box input").fill(text);
  await code.page.keyboard.press("Enter");
  return until(async () => {
    const rows = await code.rows("Home Settings");
    return rows.some((row) => row.includes(wanted)) && rows;
  }, `${wanted} in Home Settings`);
}

test("settings are filtered, by those that others lost as well, and lead to their place", async () => {
  const rows = await filter("font.size", "size13");
  assert.ok(rows.every((row) => !row.startsWith("home.")), String(rows));
  await code.page.locator('.pane:has(.pane-header[aria-label^="Home Settings"]) .monaco-list-row', { hasText: "homelab.desktop.font.size" }).first().click();
  await until(async () => {
    const shown = await code.drive("active");
    return shown?.path === code.path("homes/alice@workstation/default.nix") && shown.line === 18;
  }, "the definition of the size");
  await filter("overridden", "homelab");
  assert.ok((await code.rows("Home Settings")).some((row) => row.includes("overrides")));
  await code.command("hmls.filterSettings");
  await code.page.locator(".quick-input-box input").fill("no such setting at all");
  await code.page.keyboard.press("Enter");
  await code.welcome("Home Settings").getByText("No setting matches the filter").waitFor();
  await code.command("hmls.clearFilter");
  await code.row("Home Settings", "programs").or(code.row("Home Settings", "home")).first().waitFor();
});

test("the effective configuration is a document", async () => {
  await code.command("hmls.showEffective");
  await code.choose("alice@workstation");
  await code.shown("alice@workstation.nix");
  await until(async () => /homelab|programs/.test(await code.text()), "the effective configuration");
});

test("two targets are compared", async () => {
  await code.command("hmls.compareTargets");
  await code.choose("alice");
  await code.choose("alice@workstation");
  const changed = code.page.locator(".monaco-diff-editor .modified .line-insert, .monaco-diff-editor .modified .char-insert");
  await changed.first().waitFor();
});

test("a host is compared with its base alone", async () => {
  await code.command("hmls.compareWithBase");
  await code.choose("alice@workstation");
  const line = (side, text) => code.page.locator(`.monaco-diff-editor .${side} .view-line`, { hasText: text }).first().waitFor();
  await line("original", "alice@workstation without alice@workstation");
  await line("modified", "alice@workstation: homes/alice + homes/alice@workstation");
});

test("the walkthrough tells of the first minute", async () => {
  await code.command("workbench.action.openWalkthrough", "hmls.hmls#start", false);
  const page = code.page.locator(".gettingStartedContainer");
  for (const title of ["See your homes", "Ask what a setting is", "Put a target in focus", "Preview, then switch"]) {
    await page.getByText(title, { exact: true }).first().waitFor();
  }
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
    await other.info("workspace trusted: false");
    await other.command("hmls.ui.build");
    await other.choose("alice");
    await other.notice("hmls runs nothing in a workspace that you do not trust").waitFor();
  } finally {
    await other.close();
  }
});

test("in a folder without homes nothing is loaded; asked to look, it says what it looks for and sees them come", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hmls-plain-"));
  writeFileSync(join(folder, "flake.nix"), "{ outputs = _: { }; }\n");
  const other = await startVSCode({ folder });
  try {
    await other.open("flake.nix");
    assert.equal((await other.drive("extension", { id: "hmls.hmls" })).active, false);
    await other.command("hmls.lookForHomes");
    await other.welcome("Homes").getByText("No flake with homes was found in this workspace").waitFor();
    mkdirSync(other.path("homes/alice"), { recursive: true });
    writeFileSync(other.path("homes/alice/default.nix"), '{ home.username = "alice"; }\n');
    await other.row("Homes", "alice").waitFor();
    await other.ready();
  } finally {
    await other.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("features that are switched off are left to others, from the next setting on", async () => {
  const other = await startVSCode({
    folder: HOMELAB,
    settings: { "hmls.features.hover": false, "hmls.features.codeLens": false, "hmls.features.diagnostics": false },
  });
  const hovers = async () => {
    const uri = { $uri: other.path("homes/alice@workstation/default.nix") };
    return (await other.drive("ask", { command: "vscode.executeHoverProvider", args: [uri, { $position: [18, 12] }] })).length;
  };
  try {
    await other.ready();
    await other.open("homes/alice@workstation/default.nix", 18, 12);
    const definitions = await other.drive("ask", {
      command: "vscode.executeDefinitionProvider",
      args: [{ $uri: other.path("homes/alice@workstation/default.nix") }, { $position: [18, 12] }],
    });
    assert.ok(definitions.length > 0);
    assert.equal(await hovers(), 0);
    assert.equal(await other.page.locator(".codelens-decoration").count(), 0);
    await other.drive("setting", { name: "hmls.features.hover", value: true });
    await until(async () => (await hovers()) === 1, "one hover");
  } finally {
    await other.close();
  }
});

test("a workspace of several folders shows each flake, and one server answers for all", async () => {
  const folder = mkdtempSync(join(tmpdir(), "hmls-roots-"));
  for (const name of ["one", "two"]) {
    cpSync(HOMELAB, join(folder, name), { recursive: true });
  }
  mkdirSync(join(folder, "three"));
  const workspace = join(folder, "all.code-workspace");
  writeFileSync(workspace, JSON.stringify({ folders: ["one", "two", "three"].map((path) => ({ path })) }));
  const other = await startVSCode({ folder: workspace, inPlace: true });
  try {
    await other.ready();
    await other.command("hmls.homes.focus");
    await other.row("Homes", "one").waitFor();
    await until(async () => {
      const told = await other.info("state: ready");
      return [join(folder, "one"), join(folder, "two")].every((root) => told.includes(`flake ${root}: 3 users`));
    }, "both flakes are told");
    await other.command("hmls.chooseTarget");
    const rows = other.page.locator(".quick-input-list .monaco-list-row:visible", { hasText: join(folder, "two") });
    await rows.first().waitFor();
  } finally {
    await other.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
