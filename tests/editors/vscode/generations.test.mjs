// Switches by a real Nix and the ways back, updates, and a whole system in a terminal. test_vscode.py
// names the machine in HMLS_MACHINE: its repository `root`, the `user` and `host` that it deploys, their
// `home`, the `server` that runs as that user, and the `environment`.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startVSCode, until } from "./vscode.mjs";

const { root, user, host, home, log, server, environment } = JSON.parse(process.env.HMLS_MACHINE);
const HOME = `homes/${user}/default.nix`;
const MOOD = join(home, "mood");
let code;
before(async () => {
  code = await startVSCode({
    folder: root, inPlace: true, environment, machine: { "hmls.server.path": server },
  });
  // The terminal is of the user who runs the tests, and the repository is not.
  writeFileSync(join(code.home, "home", ".gitconfig"), "[safe]\ndirectory = *\n");
  await code.open(HOME);
  await code.ready();
});
after(() => code?.close());

/** Start a command on the target of this name. */
async function start(command, target) {
  await code.command(`hmls.ui.${command}`);
  await code.choose(target);
}

async function save(text) {
  await code.open(HOME);
  await code.replaceAll(text);
  await code.drive("ask", { command: "workbench.action.files.save" });
}

const preview = () => until(async () => {
  const shown = await code.drive("active");
  return shown?.scheme === "hmls" && shown.path.startsWith("/preview/") && shown.text;
}, "the preview is shown");

test("a switch shows its commands, then what changes, and asks before it activates", async () => {
  await start("switch", user);
  await code.dialogue("nix build").waitFor();
  await code.decide("nix build", "Run");
  await code.notice("/activate").waitFor();
  assert.match(await preview(), /~\/mood/);
  assert.equal(existsSync(MOOD), false);
  await code.answer("/activate", "Switch");
  await code.notice(`Switch ${user}: generation 1 in `).waitFor();
  assert.equal(readFileSync(MOOD, "utf8"), "glad 🎉\n");
});

test("a no at the second question leaves the home as it is", async () => {
  await save(readFileSync(code.path(HOME), "utf8").replace("glad", "calm"));
  await start("switch", user);
  await code.decide("nix build", "Run");
  await code.notice("/activate").waitFor();
  assert.match(await preview(), /-glad 🎉\n\+calm 🎉/);
  await code.answer("/activate", "Cancel");
  await code.notice("/activate").waitFor({ state: "hidden" });
  assert.equal(readFileSync(MOOD, "utf8"), "glad 🎉\n");
});

test("the view says when a target was deployed last", async () => {
  await start("switch", user);
  await code.decide("nix build", "Run");
  await code.answer("/activate", "Switch");
  await code.notice(`Switch ${user}: generation 2 in `).waitFor();
  await code.command("hmls.homes.focus");
  const rows = await until(async () => {
    const found = await code.rows("Homes");
    return found.some((row) => /deployed \d{4}-\d\d-\d\d/.test(row)) && found;
  }, "the date");
  assert.ok(rows.some((row) => row.includes("never deployed")), String(rows));
});

test("generations are picked from a list with their changes, and gone back to", async () => {
  await code.command("hmls.generations");
  await code.choose(user);
  const rows = code.page.locator(".quick-input-list .monaco-list-row:visible");
  await rows.filter({ hasText: "1 file, 1 setting changed; files.mood" }).waitFor();
  await rows.nth(1).click();
  await code.answer("/activate", "Roll back");
  await until(() => readFileSync(MOOD, "utf8") === "glad 🎉\n", "the first generation runs");
  await code.notice(`Roll back ${user} to generation 1: generation 1 in `).waitFor();
  await code.command("notifications.clearAll");
});

test("a rollback without a choice goes to the one before", async () => {
  await code.command("hmls.generations");
  await code.choose(user);
  await code.page.locator(".quick-input-list .monaco-list-row:visible").first().click();
  await code.answer("/activate", "Roll back");
  await until(() => readFileSync(MOOD, "utf8") === "calm 🎉\n", "the second generation runs");
  await code.command("notifications.clearAll");
  await start("rollback", user);
  await code.answer("/activate", "Roll back");
  await until(() => readFileSync(MOOD, "utf8") === "glad 🎉\n", "the first generation runs again");
});

test("old generations are expired after a yes", async () => {
  await code.command("notifications.clearAll");
  await code.command("hmls.ui.expire");
  await code.choose(user);
  const rows = code.page.locator(".quick-input-list .monaco-list-row:visible");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
  await rows.first().click();
  await code.page.locator(".quick-input-count", { hasText: "1 Selected" }).waitFor();
  await code.page.locator(".quick-input-action .monaco-button", { hasText: "OK" }).click();
  await code.decide("generation 2 of ", "Expire");
  await code.command("notifications.showList");
  await code.notice(/Expire .*generation/).waitFor();
});

test("one input is updated, and what moved is shown", async () => {
  await code.command("notifications.clearAll");
  await code.command("hmls.ui.update");
  await code.choose(user);
  await code.page.locator(".quick-input-box input").fill("one");
  await code.page.keyboard.press("Enter");
  await code.dialogue("nix flake update one").waitFor();
  writeFileSync(join(root, "..", "one", "more"), "x");
  await code.decide("nix flake update one", "Update");
  await code.notice("1 input moved").waitFor();
  assert.match(await preview(), /one/);
});

test("the log keeps the colours and the commands", async () => {
  await code.command("hmls.showDeployLog");
  await code.terminal("$ nix flake update one");
});

test("a first configuration is not made where there is one", async () => {
  await code.command("notifications.clearAll");
  await code.command("hmls.ui.initialise");
  await code.notice("already: switch to one of its homes instead").waitFor();
});

test("a system is switched in a terminal, where sudo may ask", async () => {
  await start("switch", `${user}@${host}`);
  await code.decide(`sudo nixos-rebuild switch --flake '${root}#${host}'`, "Run");
  await code.answer("sudo nixos-rebuild switch", "Switch");
  await code.terminal(`sudo nixos-rebuild switch --flake '${root}#${host}'`);
  await code.terminal("[sudo] password: ");
  assert.equal(existsSync(log), false);
  await code.page.keyboard.type("sesame\n");
  await code.terminal("thanks: sesame");
  await until(() => existsSync(log) && readFileSync(log, "utf8").trim() === "switch", "the system is switched");
});
