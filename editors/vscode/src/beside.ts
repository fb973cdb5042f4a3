// The other server for Nix that answers in this window: nix-ide runs nil or nixd.
import * as vscode from "vscode";

const NIX_IDE = "jnoortheen.nix-ide";

/** What answers for the language Nix in our place; undefined where we do, as `hmls.features.language` may say. */
export function otherServer(): string | undefined {
  const own = vscode.workspace.getConfiguration("hmls").inspect<boolean>("features.language");
  if (own?.globalValue ?? own?.workspaceValue ?? own?.workspaceFolderValue) {
    return undefined;
  }
  const theirs = vscode.workspace.getConfiguration("nix");
  if (vscode.extensions.getExtension(NIX_IDE) === undefined || !theirs.get<boolean>("enableLanguageServer")) {
    return undefined;
  }
  const path = theirs.get<string | string[]>("serverPath") ?? "";
  return `${Array.isArray(path) ? path.join(" ") : path} by ${NIX_IDE}`;
}

/** Calls when another server came or went. */
export function onOtherServer(changed: () => void): vscode.Disposable {
  let before = otherServer();
  const look = () => {
    const now = otherServer();
    if ((now === undefined) !== (before === undefined)) {
      changed();
    }
    before = now;
  };
  return vscode.Disposable.from(
    vscode.extensions.onDidChange(look),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("nix") && look()),
  );
}
