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

/** Starts a VS Code with a copy of a folder. `trust`: workspaces are asked to be trusted. */
export async function startVSCode({ folder, settings = {}, trust = false, server = ownServer() }) {
  const home = mkdtempSync(join(tmpdir(), "hmls-vscode-"));
  const workspace = join(home, "work", "homelab");
  cpSync(folder, workspace, { recursive: true });
  execFileSync("git", ["init", "--quiet", workspace]);
  execFileSync("git", ["-C", workspace, "add", "--all"]);
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
  const environment = {
    ...process.env,
    HOME: join(home, "home"),
    XDG_CONFIG_HOME: join(home, "home", ".config"),
    XDG_CACHE_HOME: join(home, "home", ".cache"),
    XDG_STATE_HOME: join(home, "home", ".local", "state"),
    XDG_DATA_HOME: join(home, "home", ".local", "share"),
  };
  mkdirSync(environment.HOME, { recursive: true });
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
  return new VSCode({ home, workspace, server: process_, browser, page });
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

  async command(name) {
    await this.page.keyboard.press("F1");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(`>${name}`);
    const row = this.page.locator(".quick-input-list .monaco-list-row:visible", { hasText: name }).first();
    await row.waitFor();
    await row.click();
  }

  /** Take an input with Enter, which is lost where it comes before the input is ready. */
  async accept(input) {
    await until(async () => {
      await this.page.keyboard.press("Enter");
      return input.waitFor({ state: "hidden", timeout: 5_000 }).then(() => true, () => false);
    }, "the input is taken");
  }

  /** Open a file of the workspace, with the cursor on a line (from 1) and column (from 1). */
  async open(name, line = 1, column = 1) {
    await this.page.keyboard.press("Control+p");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(name);
    const tail = name.split("/").at(-1);
    await this.page.locator(".quick-input-list .monaco-list-row", { hasText: tail }).first().waitFor();
    await this.accept(input);
    await until(async () => (await this.title()) === tail, `${name} is shown`);
    await this.goto(line, column);
  }

  async goto(line, column = 1) {
    await this.page.keyboard.press("Control+g");
    const input = this.page.locator(".quick-input-widget input");
    await input.waitFor();
    await input.fill(`:${line}:${column}`);
    await this.accept(input);
  }

  /** The workbench says that our extension has its server and has read the homes. */
  async ready() {
    await this.page.locator(".statusbar-item", { hasText: /all targets|@|alice/ }).first().waitFor();
  }

  /** Choose the item of a list that is shown, by its whole label. */
  async choose(label) {
    const row = this.page.locator(".quick-input-list .monaco-list-row:visible", {
      has: this.page.locator(`.label-name:text-is("${label}")`),
    });
    await row.first().click();
  }

  /** The hover at the cursor, once it holds a text. */
  async hover(wanted) {
    await this.command("Show or Focus Hover");
    const contents = this.page.locator(".monaco-hover:visible .hover-contents");
    return until(async () => {
      const text = (await contents.allInnerTexts()).join("\n");
      return text.includes(wanted) && text;
    }, `a hover with ${wanted}`);
  }

  /** The name of the file that is shown. */
  async title() {
    const tab = this.page.locator(".tab.active").first();
    return (await tab.isVisible()) ? tab.getAttribute("data-resource-name") : "";
  }

  /** The text of the file at hand, as the clipboard of the page gets it. */
  async text() {
    const lines = await this.page.locator(".editor-group-container.active .view-lines .view-line").all();
    const placed = await Promise.all(lines.map(async (line) => [await top(line), await line.innerText()]));
    return placed.sort(([a], [b]) => a - b).map(([, text]) => text.replaceAll("\u00a0", " ")).join("\n");
  }

  /** Type a text in place of all; nothing is completed or closed meanwhile. */
  async replaceAll(text) {
    await this.page.keyboard.press("Control+a");
    await this.page.keyboard.press("Delete");
    await this.page.keyboard.insertText(text);
  }

  async revert() {
    await this.command("File: Revert File");
    await this.page.locator(".tab.active.dirty").waitFor({ state: "detached" });
  }

  /** Rows of a view as texts. */
  async rows(view) {
    return this.page.locator(`.pane:has(.title:text-is("${view}")) .monaco-list-row`).allInnerTexts();
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

async function top(line) {
  return Number.parseFloat(await line.evaluate((element) => element.style.top));
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
