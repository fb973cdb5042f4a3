// The view «Homes»: users with their targets and layers, hosts with their users.
import { basename, isAbsolute, join } from "node:path";
import * as vscode from "vscode";
import type { Chosen, Model } from "./model";
import type { Health, Layer, Named, Root, Target } from "./protocol";

type Node =
  | { kind: "root"; root: Root }
  | { kind: "group"; root: Root; group: "users" | "hosts" }
  | { kind: "user"; root: Root; user: Named }
  | { kind: "host"; root: Root; host: Named }
  | { kind: "target"; root: Root; target: Target; under: "users" | "hosts" }
  | { kind: "layer"; root: Root; layer: Layer; target?: Target };

export class Homes implements vscode.TreeDataProvider<Node> {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly model: Model) {
    model.onChange(() => this.changes.fire());
  }

  getChildren(node?: Node): Node[] {
    switch (node?.kind) {
      case undefined:
        return this.model.roots.length === 1
          ? groups(this.model.roots[0]!)
          : this.model.roots.map((root) => ({ kind: "root", root }));
      case "root":
        return groups(node.root);
      case "group":
        return node.group === "users"
          ? node.root.users.map((user) => ({ kind: "user", root: node.root, user }))
          : node.root.hosts.map((host) => ({ kind: "host", root: node.root, host }));
      case "user":
        return [...targetsOf(node.root, (target) => target.user === node.user.name, "users"), ...unused(node)];
      case "host":
        return targetsOf(node.root, (target) => target.host === node.host.name, "hosts");
      case "target":
        return node.target.layers.flatMap((name) => {
          const layer = findLayer(node.root, name);
          return layer ? [{ kind: "layer" as const, root: node.root, layer, target: node.target }] : [];
        });
      case "layer":
        return [];
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case "root":
        return expanded(basename(node.root.root), "folder", "root");
      case "group":
        return expanded(node.group === "users" ? "Users" : "Hosts", undefined, "group");
      case "user":
        return expanded(node.user.name, "account", "user");
      case "host": {
        const item = expanded(node.host.name, "server", "host");
        const hasHomes = this.getChildren(node).length > 0;
        item.description = hasHomes ? systemOf(node.root, node.host.name) : "no homes";
        item.collapsibleState = hasHomes
          ? vscode.TreeItemCollapsibleState.Expanded
          : vscode.TreeItemCollapsibleState.None;
        return item;
      }
      case "target":
        return this.targetItem(node.root, node.target, node.under);
      case "layer":
        return layerItem(node.root, node.layer);
    }
  }

  private targetItem(root: Root, target: Target, under: "users" | "hosts"): vscode.TreeItem {
    const item = new vscode.TreeItem(
      // The icon and the description say which of two that are called the same it is.
      under === "users" ? target.name.replace(/:standalone$/, "") : target.user,
      vscode.TreeItemCollapsibleState.Collapsed,
    );
    const inFocus = this.model.focused?.root === root && this.model.focused.target === target;
    const deployed = target.deployed === "never"
      ? "never deployed"
      : target.deployed && `deployed ${target.deployed.slice(0, 10)}`;
    item.description = [
      inFocus ? "in focus" : undefined,
      target.kind === "standalone" || target.kind === "droid" ? target.kind : undefined,
      told(target.health),
      target.source === "convention" ? "assumed" : undefined,
      deployed,
    ].filter(Boolean).join(" · ");
    item.iconPath = icon(target.kind === "host" ? "vm" : target.kind === "droid" ? "device-mobile" : "home", target.health);
    item.contextValue = `target-${target.kind}`;
    item.tooltip = new vscode.MarkdownString(
      [
        `**${escaped(target.name)}** — \`${target.output.replaceAll("`", "")}\``,
        [
          `${target.kind}, ${target.system ?? "unknown system"}`,
          deployed && `${deployed} on this machine`,
        ].filter(Boolean).join(", "),
        told(target.health),
        target.reason ? `Assumed: ${escaped(target.reason)}` : undefined,
      ].filter(Boolean).join("\n\n"),
    );
    return item;
  }
}

/** The target of a node of the view, or of what else a command was called with. */
export function targetOfNode(argument: unknown): Chosen | undefined {
  const node = argument as Partial<Extract<Node, { kind: "target" }>> | undefined;
  return node?.kind === "target" && node.root && node.target
    ? { root: node.root, target: node.target }
    : undefined;
}

function groups(root: Root): Node[] {
  return [
    { kind: "group", root, group: "users" },
    { kind: "group", root, group: "hosts" },
  ];
}

function targetsOf(root: Root, fits: (target: Target) => boolean, under: "users" | "hosts"): Node[] {
  return root.targets.filter(fits).map((target) => ({ kind: "target", root, target, under }));
}

/** Layers of a user that no target uses. */
function unused({ root, user }: { root: Root; user: Named }): Node[] {
  return root.layers
    .filter((layer) => !layer.used && user.layers.some((name) => isLayer(root, layer, name)))
    .map((layer) => ({ kind: "layer", root, layer }));
}

function systemOf(root: Root, host: string): string | undefined {
  return root.targets.find((target) => target.host === host)?.system ?? undefined;
}

function findLayer(root: Root, name: string): Layer | undefined {
  return root.layers.find((layer) => isLayer(root, layer, name));
}

/** Users and targets name their layers by folder, relative to the root. */
function isLayer(root: Root, layer: Layer, name: string): boolean {
  return absolute(root, layer.folder) === absolute(root, name);
}

function absolute(root: Root, path: string): string {
  return isAbsolute(path) ? path : join(root.root, path);
}

function layerItem(root: Root, layer: Layer): vscode.TreeItem {
  const item = new vscode.TreeItem(layer.name);
  const entry = vscode.Uri.file(absolute(root, layer.entry));
  item.description = [
    layer.used ? layer.kind : "unused",
    layer.hasEntry ? undefined : "no default.nix",
    told(layer.health),
  ].filter(Boolean).join(" · ");
  item.iconPath = icon(layer.used && layer.hasEntry ? "layers" : "circle-slash", layer.health);
  item.contextValue = "layer";
  item.tooltip = absolute(root, layer.folder);
  if (layer.hasEntry) {
    item.command = { command: "vscode.open", title: "Open", arguments: [entry] };
  }
  return item;
}

function expanded(label: string, name: string | undefined, context: string): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  if (name !== undefined) {
    item.iconPath = new vscode.ThemeIcon(name);
  }
  item.contextValue = context;
  return item;
}

function icon(name: string, health: Health): vscode.ThemeIcon {
  const color = health.errors > 0 ? "list.errorForeground" : health.warnings > 0 ? "list.warningForeground" : undefined;
  return new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));
}

function told(health: Health): string | undefined {
  const parts = [counted(health.errors, "error"), counted(health.warnings, "warning")].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : undefined;
}

function counted(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count} ${what}${count === 1 ? "" : "s"}`;
}

function escaped(text: string): string {
  return new vscode.MarkdownString().appendText(text).value;
}
