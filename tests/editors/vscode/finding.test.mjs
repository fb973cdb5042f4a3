// The four ways to a server, what is said where there is none, and what happens when one ends.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT, ownServer, startVSCode, until } from "./vscode.mjs";

const folder = mkdtempSync(join(tmpdir(), "hmls-finding-"));
const BIN = join(folder, "bin");
const PID = join(folder, "pid");
// The virtual environment that the server runs in: its Python, and the folder of its packages.
const { python, packages } = JSON.parse(process.env.HMLS_PYTHON);
const SERVER = `echo $$ > '${PID}'\nexec '${ownServer()}' "$@"`;
let code;

function program(path, script) {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

before(async () => {
  mkdirSync(BIN);
  code = await startVSCode({
    folder: join(PROJECT, "examples", "homelab"),
    machine: {},
    // Nothing of this machine is found but what is put there.
    environment: { PATH: BIN },
  });
  rmSync(join(code.extension, "bundled"), { recursive: true, force: true });
  await code.command("hmls.restartServer");
});
after(async () => {
  await code?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Homes shows what the server told. */
async function works(origin) {
  await code.command("hmls.homes.focus");
  await code.row("Homes", "alice").waitFor();
  return code.info(origin);
}

test("without a server it says where it looked, and offers to install one", async () => {
  await code.notice("hmls is neither on the PATH nor in this extension").waitFor();
  await code.command("hmls.homes.focus");
  const welcome = await code.welcome("Homes").innerText();
  assert.match(welcome, /No server of hmls was found that can be run/);
  await code.command("hmls.settings.focus");
  assert.match(await code.welcome("Home Settings").innerText(), /The server of hmls is not running/);
  await code.info("server: none; hmls is neither on the PATH");
  await code.command("hmls.installServer");
  await code.notice("neither uv nor pipx is on the PATH").waitFor();
});

test("uv installs it in a terminal, and then it is found on the PATH", async () => {
  const installed = program(join(folder, "installed"), SERVER);
  program(join(BIN, "uv"), `[ "$*" = "tool install hmls" ] && /bin/mv '${installed}' '${BIN}/hmls' && echo "Installed 1 executable: hmls"`);
  await code.command("hmls.installServer");
  await code.choose("uv tool install hmls");
  await code.terminal("Installed 1 executable: hmls");
  await code.answer("Start the server when the installation has ended", "Start");
  await works(`server: ${join(BIN, "hmls")} --stdio\n  found by the PATH`);
});

test("the one in the extension is found last, and an old Python is named", async () => {
  rmSync(join(BIN, "hmls"));
  const libraries = join(code.extension, "bundled", "libs");
  mkdirSync(libraries, { recursive: true });
  for (const name of readdirSync(packages).filter((each) => each !== "hmls")) {
    symlinkSync(join(packages, name), join(libraries, name));
  }
  symlinkSync(join(PROJECT, "hmls"), join(libraries, "hmls"));
  program(join(BIN, "python3"), `shift; exec '${python}' -c "import sys; sys.version_info = (3, 9, 2); exec(sys.argv[1])" "$@"`);
  await code.command("hmls.restartServer");
  await code.notice(`needs Python 3.11 or newer: ${join(BIN, "python3")} is Python 3.9`).waitFor();
  program(join(BIN, "python3.12"), `exec '${python}' "$@"`);
  await code.command("hmls.restartServer");
  await works(`found by this extension, run by ${join(BIN, "python3.12")}`);
});

test("the setting goes before all others, and is taken at once", async () => {
  program(join(folder, "own-hmls"), SERVER);
  code.setMachine({ "hmls.server.path": join(folder, "own-hmls") });
  await works("found by the setting hmls.server.path\n  state: ready");
});

test("folders for the server's PATH are those of a setting", async () => {
  assert.match(await code.info("nix:"), /nix: not on this PATH/);
  const extra = join(folder, "extra");
  mkdirSync(extra);
  program(join(extra, "nix"), "echo nix");
  code.setMachine({ "hmls.server.path": join(folder, "own-hmls"), "hmls.server.extraPath": [extra] });
  await code.info(`nix: ${join(extra, "nix")}`);
  const environment = () => {
    try {
      return readFileSync(`/proc/${readFileSync(PID, "utf8").trim()}/environ`, "utf8");
    } catch {
      return ""; // The one before has ended, and the next has not said who it is.
    }
  };
  await until(() => environment().includes(`\0PATH=${extra}:`), "the server has it on its PATH");
  await works("state: ready");
});

test("a server that ends is started again, until it ends too often", async () => {
  for (let times = 1; times <= 3; times++) {
    const pid = readFileSync(PID, "utf8");
    process.kill(Number(pid), "SIGKILL");
    await until(async () => {
      return readFileSync(PID, "utf8") !== pid && (await code.info("state: ready")).includes(`ended unasked: ${times} times`);
    }, "another one is started");
    await works("state: ready");
  }
  process.kill(Number(readFileSync(PID, "utf8")), "SIGKILL");
  await code.notice("The server ended 4 times within three minutes and stays off.").waitFor();
  await code.command("hmls.homes.focus");
  assert.match(await code.welcome("Homes").innerText(), /The server of hmls has stopped/);
  await code.answer("stays off", "Restart");
  await works("state: ready");
});

test("a path that leads to no program is named, and one that is no server", async () => {
  code.setMachine({ "hmls.server.path": "/nowhere/hmls" });
  await code.notice("hmls.server.path is /nowhere/hmls, which is no program that can be run").waitFor();
  code.setMachine({ "hmls.server.path": program(join(folder, "no-server"), "echo no module named hmls >&2; exit 1") });
  await code.notice(`${join(folder, "no-server")} did not start as the server.`).waitFor();
  await code.info("state: failed");
});
