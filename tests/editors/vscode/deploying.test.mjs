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

const notice = (text) => code.page.locator(".notification-list-item:visible", { hasText: text }).first();

/** There is one target, so that it is not asked for. */
async function build() {
  await code.command("hmls.ui.build");
  await notice("nix build").waitFor();
}

async function answer(button) {
  await code.page.locator(".notification-list-item .monaco-button:visible", { hasText: button }).first().dispatchEvent("click");
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
  await answer("Run");
  await notice(/Build alice: \S+ in /).waitFor();
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
  await answer("Run");
  await until(() => runs(seconds), "the builder runs");
  await code.command("notifications.showList");
  await notice(/built 0 of 1/).waitFor();
  await answer("Cancel");
  await until(() => !runs(seconds), "the builder is gone");
  await notice(/was cancelled/).waitFor();
});

test("what Nix says of a mistake stands on its line", async () => {
  await code.open(HOME);
  await code.replaceAll('{\n  files.a = "x" + 1;\n}\n');
  await code.drive("ask", { command: "workbench.action.files.save" });
  await build();
  await answer("Run");
  const found = await until(async () => {
    const problems = await code.drive("problems", { path: code.path(HOME) });
    return problems.find((each) => each.source === "nix");
  }, "a problem of Nix");
  assert.equal(found.line, 2);
});

test("the inputs' sources are fetched only after a yes", async () => {
  await code.command("hmls.ui.archive");
  const question = notice("nix flake archive").filter({ hasText: "Run" });
  await question.locator(".monaco-button", { hasText: "Cancel" }).dispatchEvent("click");
  await question.waitFor({ state: "hidden" });
});

test("generations are expired by their user alone", async () => {
  await code.command("hmls.ui.expire");
  await notice(/generations of alice are alice's|never deployed/).waitFor();
});
