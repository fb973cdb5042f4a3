// What is asked for with a report of a problem: a document that is nowhere on disk and needs no saving.
import { delimiter } from "node:path";
import * as vscode from "vscode";
import { leavesPackages, otherServer } from "./beside";
import type { Server } from "./client";
import { findOnPath, serverPath } from "./find";
import type { Model } from "./model";
import type { Root } from "./protocol";

const URI = vscode.Uri.parse("hmls-info:/Debug Information of hmls");
const OTHERS = ["jnoortheen.nix-ide", "bbenoist.nix", "arrterian.nix-env-selector", "mkhl.direnv"];
const changes = new vscode.EventEmitter<vscode.Uri>();
let text = "";

export function infoDocument(): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(URI.scheme, {
    onDidChange: changes.event,
    provideTextDocumentContent: () => text,
  });
}

/** Shows what it gives. */
export async function debugInfo(
  context: vscode.ExtensionContext,
  server: Server,
  model: Model,
  activatedIn: number,
): Promise<string> {
  const others = OTHERS.filter((id) => vscode.extensions.getExtension(id));
  const { found } = server;
  const made = [
    `hmls ${(context.extension.packageJSON as { version: string }).version} on VS Code ${vscode.version}`,
    "",
    typeof found === "string"
      ? `server: none; ${found}`
      : `server: ${found.command} ${found.args.join(" ")}\n  found by ${found.origin}`,
    `  state: ${server.state}${server.startedIn === undefined ? "" : `, started in ${server.startedIn} ms`}`,
    `  version: ${server.version ?? "unknown"}`,
    `  ended unasked: ${server.crashes.length} times in the last minutes`,
    `extension: activated in ${activatedIn} ms`,
    `workspace trusted: ${vscode.workspace.isTrusted}`,
    `other Nix extensions: ${others.join(", ") || "none"}`,
    `the language is left to: ${otherServer() ?? "nobody"} (hmls.features.language)`,
    `packages and lib are left to: ${leavesPackages() ? "nixd" : "nobody"} (hmls.features.packages)`,
    "",
    `nix: ${(await findOnPath("nix")) ?? "not on this PATH; the server also looks where Nix installs itself"}`,
    `git: ${(await findOnPath("git")) ?? "not on this PATH"}`,
    "PATH:",
    ...serverPath().split(delimiter).map((folder) => `  ${folder}`),
    "",
    `folders: ${vscode.workspace.workspaceFolders?.map((folder) => folder.uri.fsPath).join(", ") ?? "none"}`,
    ...model.roots.flatMap(told),
    "",
    "More: run `hmls check --explain` in the flake's folder.",
    "",
  ].join("\n");
  text = made;
  changes.fire(URI);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(URI));
  return made;
}

function told(root: Root): string[] {
  return [
    `flake ${root.root}: ${root.users.length} users, ${root.hosts.length} hosts, ${root.targets.length} targets`,
    ...root.errors.map((each) => `  error: ${each}`),
    ...root.assumptions.map((each) => `  assumed: ${each.message} (${each.reason})`),
  ];
}
