// The extension: it finds and starts the server, and shows what LSP has no place for.
import * as vscode from "vscode";
import type { LanguageClient, Location, Position } from "vscode-languageclient/node";
import { Server } from "./client";
import { DeployLog, deployCommands } from "./deploy";
import { documents } from "./documents";
import { Effective } from "./effective";
import { chooseTarget, focusItem } from "./focus";
import { Homes } from "./homes";
import { describe, offerInstall, tellNoServer } from "./install";
import { Model } from "./model";
import { changed } from "./protocol";

/** Milliseconds that our own code took to start. */
let activatedIn = 0;

export function activate(context: vscode.ExtensionContext): void {
  const begin = performance.now();
  void vscode.commands.executeCommand("setContext", "hmls.active", true);
  const deployLog = new DeployLog();
  const server: Server = new Server(context, (client) => attach(client));
  const model = new Model(server, context.workspaceState);
  const homes = new Homes(model);
  const effective = new Effective(server, model);
  const homesView = vscode.window.createTreeView("hmls.homes", { treeDataProvider: homes });
  const settingsView = vscode.window.createTreeView("hmls.settings", {
    treeDataProvider: effective,
    showCollapseAll: true,
  });

  function attach(client: LanguageClient): void {
    deployLog.attach(client);
    client.onNotification(changed, () => void model.refresh());
  }

  const command = vscode.commands.registerCommand;
  context.subscriptions.push(
    server,
    model,
    deployLog,
    homesView,
    settingsView,
    focusItem(server, model),
    deployCommands(server, model),
    documents(server, model),
    settingsView.onDidChangeVisibility(({ visible }) => effective.show(visible)),
    effective.onDidChangeTreeData(() => {
      settingsView.description = effective.title ?? "";
    }),
    server.onState((state) => {
      if (state === "ready") {
        void model.restoreFocus();
      } else if (state === "noServer" && typeof server.found === "string") {
        void tellNoServer(server, server.found);
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (document.languageId === "nix") {
        void effective.refresh();
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("hmls.server.path") || event.affectsConfiguration("hmls.features")) {
        void server.restart();
      } else if (event.affectsConfiguration("hmls")) {
        void server.tellSettings();
      }
    }),
    command("hmls.restartServer", () => server.restart()),
    command("hmls.showLogs", () => server.output.show()),
    command("hmls.showDeployLog", () => deployLog.show()),
    command("hmls.debugInfo", () => debugInfo(context, server, model)),
    command("hmls.installServer", () => offerInstall(server)),
    command("hmls.chooseTarget", () => chooseTarget(model)),
    command("hmls.filterSettings", () => effective.askFilter()),
    command("hmls.clearFilter", () => effective.setFilter("")),
    command("hmls.revealSetting", (node: Parameters<Effective["reveal"]>[0]) => effective.reveal(node)),
    command("hmls.refresh", () => model.refresh()),
    command("hmls.showReferences", showReferences),
  );
  activatedIn = Math.round(performance.now() - begin);
  void server.start();
}

/** Code lenses name what they count; VS Code wants its own types for that. */
async function showReferences(uri: string, position: Position, locations: Location[]): Promise<void> {
  const range = ({ start, end }: Location["range"]) =>
    new vscode.Range(start.line, start.character, end.line, end.character);
  await vscode.commands.executeCommand(
    "editor.action.showReferences",
    vscode.Uri.parse(uri),
    new vscode.Position(position.line, position.character),
    locations.map((location) => new vscode.Location(vscode.Uri.parse(location.uri), range(location.range))),
  );
}

async function debugInfo(context: vscode.ExtensionContext, server: Server, model: Model): Promise<void> {
  const others = ["jnoortheen.nix-ide", "bbenoist.nix", "arrterian.nix-env-selector"].filter((id) =>
    vscode.extensions.getExtension(id),
  );
  const lines = [
    `hmls ${(context.extension.packageJSON as { version: string }).version} on VS Code ${vscode.version}`,
    `server: ${describe(server.found)}`,
    `state: ${server.state}${server.startedIn === undefined ? "" : `, started in ${server.startedIn} ms`}`,
    `extension: activated in ${activatedIn} ms`,
    `workspace trusted: ${vscode.workspace.isTrusted}`,
    `other Nix extensions: ${others.join(", ") || "none"}`,
    `folders: ${vscode.workspace.workspaceFolders?.map((folder) => folder.uri.fsPath).join(", ") ?? "none"}`,
    ...model.roots.map(
      (root) =>
        `flake ${root.root}: ${root.users.length} users, ${root.hosts.length} hosts, ${root.targets.length} targets, ` +
        `${root.assumptions.length} assumptions, ${root.errors.length} errors`,
    ),
    ...model.roots.flatMap((root) => root.assumptions.map((each) => `  assumed: ${each.message} (${each.reason})`)),
    "",
    "More: run `hmls check --explain` in the flake's folder.",
    "",
  ];
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ content: lines.join("\n"), language: "plaintext" }),
  );
}
