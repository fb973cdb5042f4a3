// Which server to start: the setting, the PATH, the one in this extension.
import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join, relative } from "node:path";
import * as vscode from "vscode";

export interface ServerCommand {
  command: string;
  args: string[];
  env?: Record<string, string>;
  /** Where it was found, as a person reads it. */
  origin: string;
}

/** The server, or why there is none: a sentence without its full stop. */
export async function findServer(extensionPath: string): Promise<ServerCommand | string> {
  const configured = vscode.workspace.getConfiguration("hmls").inspect<string>("server.path")?.globalValue;
  if (configured) {
    if (await isExecutable(configured)) {
      return { command: configured, args: ["--stdio"], origin: "the setting hmls.server.path" };
    }
    return `hmls.server.path is ${configured}, which is no program that can be run`;
  }
  const onPath = await findOnPath("hmls");
  if (onPath) {
    return { command: onPath, args: ["--stdio"], origin: "the PATH" };
  }
  return bundled(extensionPath);
}

const PYTHONS = ["python3.14", "python3.13", "python3.12", "python3.11", "python3", "python"];
const MISSING = "hmls is neither on the PATH nor in this extension";

/** The server in the .vsix: our package and its libraries, run by a Python of the machine. */
async function bundled(extensionPath: string): Promise<ServerCommand | string> {
  const libraries = join(extensionPath, "bundled", "libs");
  if (!(await isReadable(join(libraries, "hmls")))) {
    return MISSING;
  }
  const refused: string[] = [];
  for (const name of PYTHONS) {
    const python = await findOnPath(name);
    const problem = python && (await problemOf(python, libraries));
    if (python && problem === undefined) {
      return {
        command: python,
        args: ["-m", "hmls", "--stdio"],
        env: { PYTHONPATH: libraries, PYTHONSAFEPATH: "1" },
        origin: `this extension, run by ${python}`,
      };
    }
    if (problem) {
      refused.push(problem);
    }
  }
  const why = refused.length > 0 ? refused.join(", ") : "there is no Python on the PATH";
  return `hmls is not on the PATH, and the one in this extension needs Python 3.11 or newer: ${why}`;
}

const PROBE = `
import sys
if sys.version_info < (3, 11):
    sys.exit("is Python %d.%d" % sys.version_info[:2])
try:
    import pygls, tree_sitter, tree_sitter_nix
except ImportError as problem:
    sys.exit("cannot load its libraries (%s)" % problem)
`;

/** Why a Python cannot run the server in the .vsix; undefined if it can. */
function problemOf(python: string, libraries: string): Promise<string | undefined> {
  const env = { ...process.env, PYTHONPATH: libraries, PYTHONSAFEPATH: "1" };
  return new Promise((resolve) =>
    execFile(python, ["-c", PROBE], { env, timeout: 10_000 }, (error, _stdout, stderr) =>
      resolve(error ? `${python} ${stderr.trim().split("\n").at(-1) || "does not run"}` : undefined),
    ),
  );
}

/** The PATH of the server: `hmls.server.extraPath` before that of VS Code. */
export function serverPath(): string {
  const extra = vscode.workspace.getConfiguration("hmls").inspect<string[]>("server.extraPath")?.globalValue ?? [];
  return [...extra, process.env.PATH ?? ""].join(delimiter);
}

/** A program on the PATH; folders of the workspace and relative ones are passed over. */
export async function findOnPath(name: string): Promise<string | undefined> {
  const workspaces = vscode.workspace.workspaceFolders?.map((folder) => folder.uri.fsPath) ?? [];
  for (const folder of serverPath().split(delimiter)) {
    if (!isAbsolute(folder) || workspaces.some((outer) => isInside(folder, outer))) {
      continue;
    }
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) {
      return candidate;
    }
  }
  return undefined;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

const isExecutable = (path: string) => can(path, constants.X_OK);
const isReadable = (path: string) => can(path, constants.R_OK);

async function can(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
