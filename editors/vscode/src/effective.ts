// The view «Home Settings»: what the target in focus is set to, as a tree.
import * as vscode from "vscode";
import type { Server } from "./client";
import type { Model } from "./model";
import { settings, type Place, type Setting } from "./protocol";

interface Node {
  name: string;
  path: string[];
  setting?: Setting;
  children: Map<string, Node>;
}

export class Effective implements vscode.TreeDataProvider<Node> {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changes.event;
  private all: Setting[] = [];
  /** Why there are no settings, in a sentence. */
  problem: string | undefined;
  private filter = "";
  private visible = false;
  /** Whose settings `all` are. */
  private shown: string | undefined;
  private reading: vscode.CancellationTokenSource | undefined;

  constructor(
    private readonly server: Server,
    private readonly model: Model,
  ) {
    model.onChange(() => void this.refresh());
  }

  /** The view is shown or hidden; hidden, nothing is asked for. */
  show(visible: boolean): void {
    this.visible = visible;
    void this.refresh();
  }

  async refresh(): Promise<void> {
    const focused = this.model.focused;
    void vscode.commands.executeCommand("setContext", "hmls.focused", focused !== undefined);
    // What was asked before is of no use any more.
    this.reading?.cancel();
    if (!this.visible) {
      return;
    }
    const params = focused && { root: focused.root.root, target: focused.target.name };
    if (this.shown !== JSON.stringify(params)) {
      this.shown = JSON.stringify(params);
      this.all = [];
      this.problem = undefined;
      this.changes.fire();
    }
    if (params) {
      await vscode.window.withProgress({ location: { viewId: "hmls.settings" } }, () => this.read(params));
    }
  }

  /** Ask for the settings of a target; the view says that they are read, or why they are not there. */
  private async read(params: { root: string; target: string }): Promise<void> {
    const { token } = (this.reading = new vscode.CancellationTokenSource());
    this.tell("reading");
    const answer = await this.server.answer(settings, params, token);
    if (token.isCancellationRequested) {
      return;
    }
    this.all = typeof answer === "string" ? [] : answer.options;
    this.tell(typeof answer === "string" ? "failed" : "read");
    this.problem = typeof answer === "string" ? answer : undefined;
    this.changes.fire();
  }

  private tell(state: "reading" | "read" | "failed"): void {
    void vscode.commands.executeCommand("setContext", "hmls.settingsState", state);
  }

  async askFilter(): Promise<void> {
    const filter = await vscode.window.showInputBox({
      title: "Show settings whose path or value contains",
      value: this.filter,
      placeHolder: "programs.git, overridden, unknown, a value …",
    });
    if (filter !== undefined) {
      this.setFilter(filter);
    }
  }

  setFilter(filter: string): void {
    this.filter = filter.trim().toLowerCase();
    void vscode.commands.executeCommand("setContext", "hmls.filtered", this.filter !== "");
    this.changes.fire();
  }

  get title(): string | undefined {
    const name = this.model.focused?.target.name;
    return this.filter ? `${name ?? ""} · ${this.filter}` : name;
  }

  getChildren(node?: Node): Node[] {
    const children = (node ?? this.tree()).children;
    return [...children.values()].map(onlyChildren).sort((a, b) => a.name.localeCompare(b.name));
  }

  getTreeItem(node: Node): vscode.TreeItem {
    const { setting } = node;
    const state = vscode.TreeItemCollapsibleState;
    if (setting === undefined || node.children.size > 0) {
      const item = new vscode.TreeItem(node.name, this.filter ? state.Expanded : state.Collapsed);
      item.id = `${this.filter}:${JSON.stringify(node.path)}`;
      item.description = String(count(node));
      return item;
    }
    const item = new vscode.TreeItem(node.name);
    const winner = setting.winners[0];
    const overridden = overrides(setting);
    item.description = [setting.defined === false ? "not set" : shortened(setting.text), winner?.layer, overridden ? "overrides" : undefined]
      .filter(Boolean)
      .join(" · ");
    item.iconPath = iconOf(setting);
    item.tooltip = tooltip(setting);
    item.contextValue = winner?.file ? "setting" : "builtin";
    item.id = JSON.stringify(node.path);
    if (winner?.file) {
      item.command = { command: "hmls.revealSetting", title: "Go to Definition", arguments: [node] };
    }
    return item;
  }

  async reveal(node: Node): Promise<void> {
    const winner = node.setting?.winners.find((place) => place.file);
    if (winner?.file) {
      await vscode.window.showTextDocument(vscode.Uri.file(winner.file), { selection: this.selection(winner) });
    }
  }

  private selection(place: Place): vscode.Range {
    return place.range ? this.server.range(place.range) : new vscode.Range(place.line - 1, 0, place.line - 1, 0);
  }

  private tree(): Node {
    const top: Node = { name: "", path: [], children: new Map() };
    for (const setting of this.all.filter((each) => this.matches(each))) {
      let node = top;
      for (const name of setting.path) {
        let next = node.children.get(name);
        if (next === undefined) {
          next = { name, path: [...node.path, name], children: new Map() };
          node.children.set(name, next);
        }
        node = next;
      }
      node.setting = setting;
    }
    return top;
  }

  private matches(setting: Setting): boolean {
    if (this.filter === "") {
      return true;
    }
    if (this.filter === "overridden") {
      return overrides(setting);
    }
    if (this.filter === "unknown") {
      return !setting.known;
    }
    return `${setting.path.join(".")} ${setting.text}`.toLowerCase().includes(this.filter);
  }
}

/** `programs` → `git` → `enable` with nothing beside it is one line. */
function onlyChildren(node: Node): Node {
  let name = node.name;
  let inner = node;
  while (inner.setting === undefined && inner.children.size === 1) {
    inner = [...inner.children.values()][0]!;
    name += `.${inner.name}`;
  }
  return { ...inner, name };
}

/** Another layer or module of the flake had its say and lost; what is switched off does not count. */
function overrides(setting: Setting): boolean {
  return setting.losers.some((place) => isOfFlake(place) && !place.why?.startsWith("mkIf false"));
}

function isOfFlake(place: Place): boolean {
  return place.layer !== "default" && place.layer !== "input";
}

function iconOf(setting: Setting): vscode.ThemeIcon {
  if (setting.error) {
    return new vscode.ThemeIcon("error", new vscode.ThemeColor("list.errorForeground"));
  }
  return new vscode.ThemeIcon(!setting.known ? "question" : overrides(setting) ? "versions" : "symbol-property");
}

/** How many settings are below a node. */
function count(node: Node): number {
  return [...node.children.values()].reduce((sum, child) => sum + count(child), node.setting ? 1 : 0);
}

/** Of those who decide a setting together; hundreds of modules add to home.packages. */
const MANY = 8;

function tooltip(setting: Setting): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendCodeblock(`${setting.path.join(".")} = ${setting.text}`, "nix");
  if (setting.error ?? setting.reason) {
    text.appendText(setting.error ?? setting.reason ?? "").appendMarkdown("\n\n");
  }
  for (const place of setting.winners.slice(0, MANY)) {
    text.appendMarkdown(`- decided by ${where(place)}\n`);
  }
  if (setting.winners.length > MANY) {
    text.appendMarkdown(`- and by ${setting.winners.length - MANY} more\n`);
  }
  for (const place of setting.losers.filter(isOfFlake)) {
    text.appendMarkdown(`- lost: ${where(place)}${place.why ? `, ${plain(place.why)}` : ""}\n`);
  }
  if (setting.type) {
    text.appendMarkdown(`\n\n${plain(setting.type)}`);
  }
  return text;
}

/** A place as a link to it, in Markdown. */
function where(place: Place): string {
  if (place.layer === "default") {
    return "the option's default";
  }
  if (!place.file) {
    return plain(place.layer);
  }
  const uri = vscode.Uri.file(place.file).with({ fragment: `L${place.line}` });
  const name = vscode.workspace.asRelativePath(place.file).replace(/^\/nix\/store\/[^/]+\//, "");
  return `[${plain(name)}:${place.line}](${uri.toString()}) (${plain(place.layer)})`;
}

function plain(text: string): string {
  return new vscode.MarkdownString().appendText(text).value;
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
