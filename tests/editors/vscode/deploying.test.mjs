// Deployments by a real Nix, from VS Code. test_vscode.py names the repository in HMLS_NIX_LAB, whose
// user is alice, and the environment of a machine with Nix in HMLS_NIX_ENVIRONMENT.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startVSCode, until } from "./vscode.mjs";

const HOME = "homes/alice/default.nix";
const { system, seconds, ...environment } = JSON.parse(process.env.HMLS_NIX_ENVIRONMENT);
let code;
before(async () => {
  code = await startVSCode({ folder: process.env.HMLS_NIX_LAB, inPlace: true, environment });
  await code.open(HOME);
  await code.ready();
});
after(() => code?.close());

/** There is one target, so that it is not asked for. */
async function build() {
  await code.command("hmls.ui.build");
  await code.decide("nix build", "Run");
}

/** Whether a program with this argument runs on this machine. */
function runs(argument) {
  return readdirSync("/proc").some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(argument);
    } catch {
      return false;
    }
  });
}

test("a build is asked for with its exact command, and says what it built", async () => {
  await build();
  await code.notice(/Build alice: \S+ in /).waitFor();
});

test("a build shows its progress, and is cancelled with all its processes", async () => {
  const slow = `{
  files.slow = builtins.readFile (derivation {
    name = "slow";
    system = "${system}";
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    args = [ "-c" "echo begun; exec sleep ${seconds}" ];
  });
}
`;
  writeFileSync(code.path(HOME), slow);
  await until(async () => (await code.text()) === slow, "VS Code has read the file again");
  await build();
  await until(() => runs(seconds), "the builder runs");
  await code.command("notifications.showList");
  await code.notice(/built 0 of 1/).waitFor();
  await code.answer("built 0 of 1", "Cancel");
  await until(() => !runs(seconds), "the builder is gone");
  await code.notice(/was cancelled/).waitFor();
});

test("what Nix says of a mistake stands on its line", async () => {
  await code.open(HOME);
  await code.replaceAll('{\n  files.a = "x" + 1;\n}\n');
  await code.drive("ask", { command: "workbench.action.files.save" });
  await build();
  const found = await until(async () => {
    const problems = await code.drive("problems", { path: code.path(HOME) });
    return problems.find((each) => each.source === "nix");
  }, "a problem of Nix");
  assert.equal(found.line, 2);
});

test("the inputs' sources are fetched only after a yes", async () => {
  await code.command("hmls.ui.archive");
  await code.dialogue("nix flake archive").locator(".monaco-button", { hasText: "Run" }).waitFor();
  await code.decide("nix flake archive", "Cancel");
});

test("generations are expired by their user alone", async () => {
  await code.command("hmls.ui.expire");
  await code.notice(/generations of alice are alice's|never deployed/).waitFor();
});
