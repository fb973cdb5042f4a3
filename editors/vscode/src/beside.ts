// The other server for Nix that answers in this window: nix-ide runs nil or nixd.
import * as vscode from "vscode";

const NIX_IDE = "jnoortheen.nix-ide";

/** What answers for the language Nix in our place; undefined where we do, as `hmls.features.language` may say. */
export function otherServer(): string | undefined {
  const path = ownFeature("language") ? undefined : theirServer();
  return path === undefined ? undefined : `${path} by ${NIX_IDE}`;
}

/** Whether nixd tells of packages and lib in our place, as `hmls.features.packages` may say. */
export function leavesPackages(): boolean {
  const own = ownFeature("packages");
  return own === undefined ? hasNixpkgs() : !own;
}

/** The features of ours that are left to the other server. */
export function leftFeatures(): Record<string, false> {
  return {
    ...(otherServer() === undefined ? {} : { language: false as const }),
    ...(leavesPackages() ? { packages: false as const } : {}),
  };
}

function ownFeature(name: string): boolean | undefined {
  const own = vscode.workspace.getConfiguration("hmls").inspect<boolean>(`features.${name}`);
  return own?.workspaceFolderValue ?? own?.workspaceValue ?? own?.globalValue;
}

/** What nix-ide runs in this window. */
function theirServer(): string | undefined {
  const theirs = vscode.workspace.getConfiguration("nix");
  if (vscode.extensions.getExtension(NIX_IDE) === undefined || !theirs.get<boolean>("enableLanguageServer")) {
    return undefined;
  }
  const path = theirs.get<string | string[]>("serverPath") ?? "";
  return Array.isArray(path) ? path.join(" ") : path;
}

/** Whether it is nixd and has a nixpkgs: `import <nixpkgs> { }` where nothing else is set. */
function hasNixpkgs(): boolean {
  if (!/(^|[/\\])nixd(\s|$)/.test(theirServer() ?? "")) {
    return false;
  }
  const settings = vscode.workspace.getConfiguration("nix").get<{ nixd?: { nixpkgs?: { expr?: string } } }>(
    "serverSettings",
  );
  const expr = settings?.nixd?.nixpkgs?.expr;
  if (typeof expr === "string" && !expr.includes("<nixpkgs>")) {
    // An empty set is nothing to tell of.
    return !/^\s*\{\s*\}\s*$/.test(expr);
  }
  return /(^|:)nixpkgs=[^:]/.test(process.env.NIX_PATH ?? "");
}

/** Calls when what is left to another server changed. */
export function onOtherServer(changed: () => void): vscode.Disposable {
  const left = () => JSON.stringify(leftFeatures());
  let before = left();
  const look = () => {
    const now = left();
    if (now !== before) {
      changed();
    }
    before = now;
  };
  return vscode.Disposable.from(
    vscode.extensions.onDidChange(look),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("nix") && look()),
  );
}
