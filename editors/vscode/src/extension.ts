// The extension: it finds and starts the server, and shows what LSP has no place for.
import * as vscode from "vscode";
import { ShowMessageRequest, type LanguageClient, type Location, type Position } from "vscode-languageclient/node";
import { onOtherServer } from "./beside";
import { Server } from "./client";
import { DeployLog, deployCommands } from "./deploy";
import { documents } from "./documents";
import { Effective } from "./effective";
import { chooseTarget, focusItem } from "./focus";
import { Homes } from "./homes";
import { debugInfo, infoDocument } from "./info";
import { offerInstall, tellNoServer } from "./install";
import { Model } from "./model";
import { changed } from "./protocol";
import { ask } from "./question";

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
    client.onRequest(ShowMessageRequest.type, ask);
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
    infoDocument(),
    settingsView.onDidChangeVisibility(({ visible }) => effective.show(visible)),
    effective.onDidChangeTreeData(() => {
      settingsView.description = effective.title ?? "";
      settingsView.message = effective.problem;
    }),
    server.onState((state) => {
      if (state === "ready") {
        void model.restoreFocus();
      } else if (state === "noServer" && typeof server.found === "string") {
        void tellNoServer(server, server.found);
      }
    }),
    onOtherServer(() => void server.restart()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (document.languageId === "nix") {
        void effective.refresh();
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("hmls.server") || event.affectsConfiguration("hmls.features")) {
        void server.restart();
      } else if (event.affectsConfiguration("hmls")) {
        void server.tellSettings();
      }
    }),
    command("hmls.restartServer", () => server.restart()),
    command("hmls.showLogs", () => server.output.show()),
    command("hmls.showDeployLog", () => deployLog.show()),
    command("hmls.debugInfo", () => debugInfo(context, server, model, activatedIn)),
    command("hmls.lookForHomes", async () => {
      await model.refresh();
      await vscode.commands.executeCommand("hmls.homes.focus");
    }),
    command("hmls.installServer", () => offerInstall(server)),
    command("hmls.chooseTarget", () => chooseTarget(model)),
    command("hmls.filterSettings", () => effective.askFilter()),
    command("hmls.clearFilter", () => effective.setFilter("")),
    command("hmls.revealSetting", (node: Parameters<Effective["reveal"]>[0]) => effective.reveal(node)),
    command("hmls.refresh", () => model.refresh()),
    command("hmls.showReferences", showReferences),
  );
  activatedIn = Math.round(performance.now() - begin);
  void server.restart();
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
