// Home Manager is installed where there is none, in an empty folder, by a real Nix. HMLS_MACHINE is that of
// generations.test.mjs, with a registry in which home-manager is a flake of the tests.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startVSCode, until } from "./vscode.mjs";

const { root, user, home, server, environment } = JSON.parse(process.env.HMLS_MACHINE);
let code;
before(async () => {
  code = await startVSCode({
    folder: root, inPlace: true, environment, machine: { "hmls.server.path": server },
  });
});
after(() => code?.close());

test("the command is there in an empty folder, and a no leaves it empty", async () => {
  await code.drive("active"); // The extensions are there.
  await code.page.keyboard.press("F1");
  await code.page.locator(".quick-input-box input:visible").fill(">hmls: Install Home Manager");
  await code.page.locator(".quick-input-list .monaco-list-row:visible", { hasText: "Install Home Manager" }).first().click();
  await code.decide(`nix run home-manager/master -- init --switch ${root}`, "Cancel");
  assert.deepEqual(readdirSync(root), []);
  assert.equal(existsSync(join(home, "first")), false);
});

test("the empty view leads to it, and shows the homes that it made", async () => {
  await code.command("hmls.homes.focus");
  await code.welcome("Homes").getByText("Install Home Manager…").click();
  await code.decide(`nix run home-manager/master -- init --switch ${root}`, "Install");
  await code.notice("Install Home Manager: generation 1 in ").waitFor();
  assert.equal(readFileSync(join(home, "first"), "utf8"), "🎉");
  const rows = await until(async () => {
    const found = await code.rows("Homes");
    return found.some((row) => row.includes(user)) && found;
  }, "the user is shown");
  assert.ok(rows.some((row) => /deployed \d{4}-\d\d-\d\d/.test(row)), String(rows));
  await code.open(`homes/${user}/default.nix`);
  await code.ready();
});
