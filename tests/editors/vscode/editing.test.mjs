// What a person does in a file, in a real VS Code. Run by hand so far, not by CI:
//     HMLS_SERVER=…/hmls node --test tests/editors/vscode/editing.test.mjs
// after get.sh and `npm run package` in editors/vscode.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT, startVSCode, until } from "./vscode.mjs";

let code;
before(async () => {
  code = await startVSCode({ folder: join(PROJECT, "examples", "homelab") });
  await code.open("homes/alice/git.nix");
  await code.ready();
});
after(() => code?.close());

const suggestions = () => code.page.locator(".suggest-widget.visible .monaco-list-row .label-name");

async function suggested(file, text) {
  await code.open(file);
  await code.replaceAll(text);
  await code.page.keyboard.press("Control+Space");
  return until(async () => {
    const names = await suggestions().allInnerTexts();
    return names.length > 0 && names;
  }, `suggestions in ${text}`);
}

test("users are completed and inserted", async () => {
  const names = await suggested("alice@global/default.nix", '{ home.username = "');
  assert.ok(names.includes("alice"), String(names));
  await code.page.keyboard.type("car");
  await code.page.keyboard.press("Enter");
  assert.match(await code.text(), /home\.username = "carol/);
  await code.revert();
});

test("hosts are completed after an emoji", async () => {
  const names = await suggested("alice@global/default.nix", '{ a = "🎉"; b = osConfig.networking.hostName == "');
  assert.ok(names.includes("workstation"), String(names));
  await code.screenshot("completion");
  await code.page.keyboard.press("Escape");
  await code.revert();
});

test("a layer has a lens with what can be deployed", async () => {
  await code.open("alice@global/default.nix");
  const lens = code.page.locator(".codelens-decoration").first();
  await until(async () => /alice/.test(await lens.innerText().catch(() => "")), "the lens of alice");
  await code.screenshot("lens");
});
