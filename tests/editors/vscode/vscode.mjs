// A VS Code for tests: code-server with our extension, and a page of it in headless Chromium.
import { spawn, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createRequire } from "node:module";
import { once } from "node:events";

export const PROJECT = resolve(import.meta.dirname, "../../..");
const TOOLS = process.env.HMLS_CODE_SERVER ?? join(PROJECT, ".cache", "code-server");
const { chromium } = createRequire(join(TOOLS, "package.json"))("playwright-core");
const CHROMIUM_FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/**
 * Starts a VS Code with a copy of a folder, or with itself if `inPlace`. `trust`: workspaces are asked
 * to be trusted. `environment` is added to that of this process.
 */
export async function startVSCode(options) {
  const { folder, settings = {}, trust = false, server = ownServer(), inPlace = false } = options;
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
    ...settings,
  };
  writeFileSync(join(user, "settings.json"), JSON.stringify(all));
  // VS Code in a browser keeps the settings of its machine apart.
  mkdirSync(join(home, "data", "Machine"));
  writeFileSync(join(home, "data", "Machine", "settings.json"), JSON.stringify({ "hmls.server.path": server }));
  const extensions = join(home, "extensions");
  cpSync(join(import.meta.dirname, "driver"), join(extensions, "hmls-tests.driver-0.0.1"), { recursive: true });
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
  execFileSync(node, [entry, ...folders, "--install-extension", vsix], { env: environment, stdio: "ignore" });

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
  page.setDefaultTimeout(60_000);
  await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`);
  await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 60_000 });
  return new VSCode({ home, workspace, server: process_, browser, page, driver });
}

/** `hmls` of this project: that of HMLS_SERVER, or the virtual environment's. */
export function ownServer() {
  return process.env.HMLS_SERVER ?? join(PROJECT, ".venv", "bin", "hmls");
}

class VSCode {
  constructor(parts) {
    Object.assign(this, parts);
  }

  async close() {
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
    const tail = name.split("/").at(-1);
    await until(async () => (await this.title()) === tail, `${name} is shown`);
    await this.page.locator(".editor-group-container.active .monaco-editor.focused").first().waitFor();
  }

  /** Our extension has its server and has read the homes. */
  async ready() {
    await this.page.locator('.statusbar-item[id*="hmls"]:visible').first().waitFor();
  }

  /** Choose the item of a list that is shown, by its whole label. */
  async choose(label) {
    const name = this.page.locator(`.quick-input-list .monaco-list-row:visible .label-name :text-is("${label}")`);
    await name.first().click();
    await name.first().waitFor({ state: "hidden" });
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

  async screenshot(name) {
    const folder = process.env.HMLS_SCREENSHOTS;
    if (folder) {
      mkdirSync(folder, { recursive: true });
      await this.page.screenshot({ path: join(folder, `${name}.png`) });
    }
  }
}

/** Waits for a condition that says when it holds; asks again as soon as it has answered. */
export async function until(condition, what, seconds = 60) {
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
