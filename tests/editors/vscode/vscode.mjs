// A VS Code for tests: code-server with our extension, and a page of it in headless Chromium.
import { spawn, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createRequire } from "node:module";
import { once } from "node:events";

export const PROJECT = resolve(import.meta.dirname, "../../..");
const TOOLS = process.env.HMLS_CODE_SERVER ?? join(PROJECT, ".cache", "code-server");
const { chromium } = createRequire(join(TOOLS, "package.json"))("playwright-core");
/** How long a condition may take on a busy machine. */
const PATIENCE_S = Number(process.env.HMLS_PATIENCE_S ?? 60);
const CHROMIUM_FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/**
 * Starts a VS Code with a copy of a folder, or with itself if `inPlace`; a `.code-workspace` is opened
 * as that. `trust`: workspaces are asked to be trusted. `environment` is added to that of this
 * process. `machine` are settings of the machine, which name the server unless they are given.
 * `standIn` is the folder of an extension that is there as well; `others` are .vsix to install.
 */
export async function startVSCode(options) {
  const { folder, settings = {}, trust = false, inPlace = false } = options;
  const machine = options.machine ?? { "hmls.server.path": ownServer() };
  const home = mkdtempSync(join(tmpdir(), "hmls-vscode-"));
  const workspace = inPlace ? folder : join(home, "work", "homelab");
  if (!inPlace) {
    cpSync(folder, workspace, { recursive: true });
    execFileSync("git", ["init", "--quiet", workspace]);
    execFileSync("git", ["-C", workspace, "add", "--all"]);
  }
  const user = join(home, "data", "User");
  mkdirSync(user, { recursive: true });
  const all = {
    "workbench.startupEditor": "none",
    "files.autoSave": "off",
    "editor.hover.delay": 100,
    "editor.minimap.enabled": false,
    "window.restoreWindows": "none",
    "workbench.colorTheme": "Default Light Modern",
    "git.enabled": false,
    "chat.commandCenter.enabled": false,
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    // Terminals are read as text.
    "terminal.integrated.gpuAcceleration": "off",
    "terminal.integrated.shellIntegration.enabled": false,
    // Another program's port is a message, and of messages only three are shown at once.
    "remote.autoForwardPorts": false,
    ...settings,
  };
  writeFileSync(join(user, "settings.json"), JSON.stringify(all));
  // VS Code in a browser keeps the settings of its machine apart.
  mkdirSync(join(home, "data", "Machine"));
  writeFileSync(join(home, "data", "Machine", "settings.json"), JSON.stringify(machine));
  const extensions = join(home, "extensions");
  cpSync(join(import.meta.dirname, "driver"), join(extensions, "hmls-tests.driver-0.0.1"), { recursive: true });
  if (options.standIn) {
    cpSync(join(import.meta.dirname, options.standIn), join(extensions, options.standIn), { recursive: true });
  }
  const driver = await freePort();
  const environment = {
    ...process.env,
    ...options.environment,
    HMLS_DRIVER_PORT: String(driver),
    HOME: join(home, "home"),
    XDG_CONFIG_HOME: join(home, "home", ".config"),
    XDG_CACHE_HOME: join(home, "home", ".cache"),
    XDG_STATE_HOME: join(home, "home", ".local", "state"),
    XDG_DATA_HOME: join(home, "home", ".local", "share"),
  };
  mkdirSync(environment.HOME, { recursive: true });
  // VS Code takes the PATH of a login shell.
  writeFileSync(join(environment.HOME, ".profile"), `export PATH='${environment.PATH}'\n`);
  const node = join(TOOLS, "node");
  const entry = join(TOOLS, "node_modules", "code-server", "out", "node", "entry.js");
  const folders = ["--user-data-dir", join(home, "data"), "--extensions-dir", extensions];
  const vsix = process.env.HMLS_VSIX ?? join(PROJECT, "editors", "vscode", "hmls.vsix");
  for (const each of [vsix, ...(options.others ?? [])]) {
    execFileSync(node, [entry, ...folders, "--install-extension", each], { env: environment, stdio: "ignore" });
  }

  const port = await freePort();
  const flags = [
    "--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--disable-telemetry", "--disable-update-check",
    "--disable-getting-started-override", "--reconnection-grace-time", "3",
    ...(trust ? [] : ["--disable-workspace-trust"]),
  ];
  const process_ = spawn(node, [entry, ...flags, ...folders], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  await until(() => answers(port), "code-server answers");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: CHROMIUM_FLAGS,
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(PATIENCE_S * 1000);
  const kind = workspace.endsWith(".code-workspace") ? "workspace" : "folder";
  await page.goto(`http://127.0.0.1:${port}/?${kind}=${encodeURIComponent(workspace)}`);
  await page.locator(".explorer-folders-view .monaco-list").first().waitFor({ timeout: 60_000 });
  const code = new VSCode({ home, workspace, extensions, server: process_, browser, page, driver });
  running.add(code);
  return code;
}

/** `hmls` of this project: that of HMLS_SERVER, or the virtual environment's. */
export function ownServer() {
  return process.env.HMLS_SERVER ?? join(PROJECT, ".venv", "bin", "hmls");
}

/** Those that were started and not closed yet. */
export const running = new Set();

class VSCode {
  constructor(parts) {
    Object.assign(this, parts);
  }

  async close() {
    running.delete(this);
    await this.browser.close();
    this.server.kill();
    await once(this.server, "exit");
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Ask the driver in the extension host; it is there some time after the window. */
  async drive(action, parameters = {}) {
    const body = JSON.stringify(parameters);
    const url = `http://127.0.0.1:${this.driver}/${action}`;
    const response = await until(() => fetch(url, { method: "POST", body }).catch(() => undefined), "the driver answers");
    if (!response.ok) {
      throw new Error(`${action}: ${await response.text()}`);
    }
    return response.json();
  }

  /** Run a command by its identifier, without waiting for its end: it may ask the user. */
  async command(command, ...args) {
    await this.drive("run", { command, args });
  }

  path(name) {
    return join(this.workspace, name);
  }

  /** Open a file of the workspace, with the cursor on a line (from 1) and column (from 1). */
  async open(name, line = 1, column = 1) {
    await this.drive("open", { path: this.path(name), line, column });
    await this.shown(name.split("/").at(-1));
  }

  /** The document of a name is shown, and its editor has the focus: a list that is asked for later keeps it. */
  async shown(name) {
    await until(async () => (await this.title()) === name, `${name} is shown`);
    await this.page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
  }

  /** Our extension has its server and has read the homes. */
  async ready() {
    await this.page.locator('.statusbar-item[id*="hmls"]:visible').first().waitFor();
  }

  /** Choose the item of a list that is shown, by its whole label; a list that is made anew meanwhile is looked at anew. */
  async choose(label) {
    const name = this.page.locator(`.quick-input-list .monaco-list-row:visible .label-name :text-is("${label}")`).first();
    await until(() => name.click({ timeout: 3_000 }).then(() => true, () => false), `${label} is chosen`);
    await name.waitFor({ state: "hidden" });
  }

  /** The hover at the cursor, once it holds a text; asked for again where it came too early. */
  async hover(wanted, seconds = 5) {
    const contents = this.page.locator(".monaco-hover:visible .hover-contents");
    const holds = async () => {
      const text = (await contents.allInnerTexts()).join("\n");
      return text.includes(wanted) && text;
    };
    return until(async () => {
      await this.drive("ask", { command: "editor.action.hideHover" });
      await this.drive("ask", { command: "editor.action.showHover" });
      return until(holds, "", seconds).catch(() => false);
    }, `a hover with ${wanted}`);
  }

  /** The name of the file that is shown. */
  async title() {
    const tab = this.page.locator(".tab.active").first();
    return (await tab.isVisible()) ? tab.getAttribute("data-resource-name") : "";
  }

  /** The text of the document at hand. */
  async text() {
    return (await this.drive("active"))?.text;
  }

  /** Put a text in place of all, with the cursor at its end. */
  async replaceAll(text) {
    await this.drive("replaceAll", { text });
  }

  async revert() {
    await this.drive("ask", { command: "workbench.action.files.revert" });
  }

  /** Rows of a view as texts. */
  async rows(view) {
    return this.page.locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`).allInnerTexts();
  }

  /** The row of a view, by how its label begins. */
  row(view, label) {
    const rows = this.page.locator(`.pane:has(.pane-header[aria-label^="${view}"]) .monaco-list-row`);
    return rows.filter({ has: this.page.locator(`.label-name :text-is("${label}")`) }).first();
  }

  /** What a view says while it is empty. */
  welcome(view) {
    return this.page.locator(`.pane:has(.pane-header[aria-label^="${view}"]) .welcome-view-content:visible`);
  }

  /** A message in the corner that holds a text. */
  notice(text) {
    return this.page.locator(".notification-list-item:visible", { hasText: text }).first();
  }

  /** A dialogue that holds a text. */
  dialogue(text) {
    return this.page.locator(".monaco-dialog-box:visible", { hasText: text }).first();
  }

  /** Press a button of the dialogue that holds a text, once it is there. */
  async decide(text, button) {
    const dialogue = this.dialogue(text);
    await dialogue.locator(".monaco-button", { hasText: button }).first().click();
    await dialogue.waitFor({ state: "hidden" });
  }

  /** Press a button of the message that holds a text, once it is there; the message then goes. */
  async answer(text, button) {
    const message = this.notice(text);
    await message.locator(".monaco-button", { hasText: button }).first().dispatchEvent("click");
  }

  /** The text of the terminal at hand, once it holds what is wanted; long lines are broken. */
  async terminal(wanted) {
    const rows = this.page.locator(".terminal-wrapper.active .xterm-rows");
    return until(async () => {
      const texts = await rows.locator("> div").allInnerTexts();
      const text = texts.join("\n").replaceAll("\u00a0", " ");
      return text.replaceAll("\n", "").includes(wanted) && text;
    }, `a terminal with ${wanted}`);
  }

  /** The folder that our extension is installed in. */
  get extension() {
    return join(this.extensions, readdirSync(this.extensions).find((name) => name.startsWith("hmls.hmls-")));
  }

  /** Put settings of the machine in place of those there are. */
  setMachine(settings) {
    writeFileSync(join(this.home, "data", "Machine", "settings.json"), JSON.stringify(settings));
  }

  /** What «Show Debug Information» says, once it holds a text. */
  async info(wanted) {
    return until(async () => {
      // What the command gives: the document may still hold what was told before.
      const told = await this.drive("ask", { command: "hmls.debugInfo" });
      const shown = await this.drive("active");
      return shown?.scheme === "hmls-info" && told.includes(wanted) && told;
    }, `debug information with ${wanted}`);
  }

  /** A picture of the window, of an element, or of a rectangle; its name is a path of the project. */
  async screenshot(name, part = {}) {
    const project = process.env.HMLS_SCREENSHOTS;
    if (project) {
      const path = join(project, `${name}.png`);
      mkdirSync(dirname(path), { recursive: true });
      await (part.screenshot ? part.screenshot({ path }) : this.page.screenshot({ path, ...part }));
    }
  }
}

/** Waits for a condition that says when it holds; asks again as soon as it has answered. */
export async function until(condition, what, seconds = PATIENCE_S) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const found = await condition();
    if (found) {
      return found;
    }
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

async function answers(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok;
  } catch {
    return false;
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
