// What a person does in a file, in a real VS Code.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { PROJECT, startVSCode, until } from "./vscode.mjs";

const GLOBAL = "homes/alice@global/default.nix";
const WORKSTATION = "homes/alice@workstation/default.nix";
let code;
before(async () => {
  code = await startVSCode({ folder: join(PROJECT, "examples", "homelab") });
  await code.open("homes/alice/git.nix");
  await code.ready();
});
after(() => code?.close());

/** Replaces a file's text and gives the labels that VS Code then suggests at its end. */
async function suggested(file, text) {
  await code.open(file);
  await code.replaceAll(text);
  await code.command("editor.action.triggerSuggest");
  const labels = code.page.locator(".suggest-widget.visible .monaco-list-row .label-name");
  return until(async () => {
    const names = await labels.allInnerTexts();
    return names.length > 0 && names;
  }, `suggestions in ${text}`);
}

/** The hover of a setting at a line and column, once it is there. */
async function hover(file, line, column, wanted) {
  await code.open(file, line, column);
  return code.hover(wanted);
}

test("users are completed and inserted", async () => {
  const names = await suggested(GLOBAL, '{ home.username = "');
  assert.ok(names.includes("alice") && names.includes("carol"), String(names));
  await code.page.keyboard.type("car");
  await code.command("acceptSelectedSuggestion");
  await until(async () => /home\.username = "carol/.test(await code.text()), "carol is inserted");
  await code.revert();
});

test("hosts are completed after an emoji", async () => {
  const names = await suggested(GLOBAL, '{ a = "🎉"; b = osConfig.networking.hostName == "');
  assert.ok(names.includes("workstation"), String(names));
  await code.page.keyboard.press("Escape");
  await code.revert();
});

test("a hover shows the value on every target and who lost", async () => {
  const text = await hover(WORKSTATION, 18, 12, "alice@laptop");
  assert.match(text, /homelab\.desktop\.font\.size/);
  assert.match(text, /alice@workstation\s+13/);
  assert.match(text, /priority 1000/);
  await code.screenshot("docs/pictures/hover", { clip: { x: 352, y: 36, width: 800, height: 440 } });
  await code.screenshot("editors/vscode/media/walkthrough/hover", code.page.locator(".monaco-hover:visible").first());
  await code.page.keyboard.press("Escape");
});

test("a definition leads into another layer", async () => {
  await code.open(WORKSTATION, 18, 12);
  await code.command("editor.action.revealDefinition");
  const peek = code.page.locator(".peekview-widget");
  await peek.waitFor();
  const files = await until(async () => {
    const found = await peek.locator(".ref-tree .monaco-list-row").allInnerTexts();
    return found.length > 1 && found;
  }, "the places of the definitions");
  await code.screenshot("docs/pictures/definition", { clip: { x: 352, y: 36, width: 928, height: 600 } });
  await peek.locator(".ref-tree .monaco-list-row", { hasText: /homes\/alice\s*1?$/ }).first().click();
  await peek.locator(".ref-tree .monaco-list-row", { hasText: "mkDefault" }).first().dblclick();
  await until(async () => (await code.drive("active"))?.path === code.path("homes/alice/default.nix"), String(files));
});

test("an import that does not exist is a problem, and is mended by its quick fix", async () => {
  await code.open(GLOBAL);
  await code.replaceAll("{\n  imports = [ ../alice/gitt.nix ];\n}\n");
  const problem = await until(async () => {
    const found = await code.drive("problems", { path: code.path(GLOBAL) });
    return found.find((each) => each.line === 2);
  }, "the problem");
  assert.equal(problem.code, "missing-import");
  await code.page.locator(".editor-group-container.active .squiggly-error").first().waitFor();
  await code.open(GLOBAL, 2, 22);
  await code.command("editor.action.quickFix");
  await code.page.locator(".action-widget .monaco-list-row", { hasText: "git.nix" }).first().click();
  await until(async () => (await code.drive("text", { path: code.path(GLOBAL) })).includes("../alice/git.nix"), "the fix");
  await until(async () => (await code.drive("problems", { path: code.path(GLOBAL) })).length === 0, "no problem is left");
  await code.revert();
});

test("a layer has a lens with what can be deployed", async () => {
  await code.open(GLOBAL);
  const lenses = code.page.locator(".editor-group-container.active .codelens-decoration");
  await until(async () => /standalone.*build.*switch/s.test((await lenses.allInnerTexts()).join("\n")), "the lens of alice");
});

test("what is typed in one file counts in another before it is saved", async () => {
  await code.open("homes/alice/default.nix");
  await code.replaceAll((await code.text()).replace("mkDefault 11", "mkDefault 21"));
  await hover(WORKSTATION, 18, 12, "21");
  await code.open("homes/alice/default.nix");
  await code.revert();
  await hover(WORKSTATION, 18, 12, "11");
});

test("after a restart it answers again, and Homes is told what changes", async () => {
  await code.command("hmls.restartServer");
  await hover(WORKSTATION, 18, 12, "alice@laptop");
  await code.command("hmls.homes.focus");
  await code.open(GLOBAL);
  await code.replaceAll("{ programs = ; }\n");
  await until(async () => (await code.rows("Homes")).some((row) => row.includes("1 error")), "the error in Homes");
  await code.revert();
});
