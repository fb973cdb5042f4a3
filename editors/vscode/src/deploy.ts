// Deployments: what the buttons and the palette start, the log, the terminal, the generations.
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Server } from "./client";
import { targetOfNode } from "./homes";
import type { Chosen, Model } from "./model";
import { generations, log, terminal, type Target } from "./protocol";

const FOR_HOSTS = new Set(["dryActivate", "test", "boot"]);
const COMMANDS = ["build", "preview", "switch", "dryActivate", "test", "boot", "check", "rollback"] as const;

/** The commands on one target, from the palette or from a node of the view. */
export function deployCommands(server: Server, model: Model): vscode.Disposable {
  const commands = COMMANDS.map((name) =>
    vscode.commands.registerCommand(`hmls.ui.${name}`, async (node?: unknown) => {
      const fits = (target: Target) => target.kind === "host" || !FOR_HOSTS.has(name);
      const chosen = targetOfNode(node) ?? (await model.pick(`hmls: ${name}`, fits));
      if (chosen) {
        await run(server, `hmls.${name}`, argument(chosen));
        await model.refresh();
      }
    }),
  );
  return vscode.Disposable.from(
    ...commands,
    vscode.commands.registerCommand("hmls.ui.expire", async (node?: unknown) => {
      const chosen = targetOfNode(node) ?? (await model.pick("hmls: expire generations of"));
      if (chosen) {
        await expire(server, chosen);
      }
    }),
    vscode.commands.registerCommand("hmls.ui.archive", async () => {
      for (const root of model.roots) {
        await run(server, "hmls.archive", { root: root.root });
      }
    }),
    vscode.commands.registerCommand("hmls.ui.initialise", async () => {
      const folders = vscode.workspace.workspaceFolders ?? [];
      if (folders.length === 0) {
        void vscode.window.showInformationMessage("hmls: open the folder that is to hold the configuration first.");
        return;
      }
      await server.begun; // In an empty folder this very command is what starts us.
      const folder = folders.length === 1
        ? folders[0]
        : await vscode.window.showWorkspaceFolderPick({ placeHolder: "hmls: a first configuration in" });
      if (folder) {
        await run(server, "hmls.initialise", { root: folder.uri.fsPath });
        await model.refresh();
      }
    }),
    vscode.commands.registerCommand("hmls.ui.checkAll", async () => {
      for (const root of model.roots) {
        await run(server, "hmls.checkAll", { root: root.root });
      }
    }),
    vscode.commands.registerCommand("hmls.ui.update", async () => {
      const chosen = await model.pick("hmls: update an input of the flake of");
      const input = chosen && (await vscode.window.showInputBox({
        title: "hmls: update which input?",
        placeHolder: "home-manager; nothing for all of them",
      }));
      if (chosen && input !== undefined) {
        await run(server, "hmls.update", { root: chosen.root.root, input: input.trim() || null });
      }
    }),
    vscode.commands.registerCommand("hmls.generations", async (node?: unknown) => {
      const chosen = targetOfNode(node) ?? (await model.pick("hmls: generations of"));
      if (chosen) {
        await pickGeneration(server, model, chosen);
      }
    }),
    vscode.commands.registerCommand("hmls.newLayer", () => newLayer(server, model)),
  );
}

function argument({ root, target }: Chosen): { root: string; target: string } {
  return { root: root.root, target: target.name };
}

/** A command of the server; the client library knows those that the server has. */
async function run(server: Server, command: string, given: object): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage("hmls runs nothing in a workspace that you do not trust.");
    return;
  }
  try {
    await vscode.commands.executeCommand(command, given);
  } catch (error) {
    server.output.error(`${command}: ${String(error)}`);
    const choice = await vscode.window.showErrorMessage(`hmls: ${String(error)}`, "Show Logs");
    if (choice) {
      server.output.show();
    }
  }
}

/** The generations of a target as items of a list; none after saying so. */
async function generationItems(server: Server, chosen: Chosen) {
  const answer = await server.ask(generations, argument(chosen));
  if (!answer?.generations.length) {
    void vscode.window.showInformationMessage(
      `hmls: ${answer?.reason ?? `${chosen.target.name} has no generations on this machine.`}`,
    );
    return undefined;
  }
  return answer.generations.map((generation) => ({
    label: `${generation.current ? "$(check)" : "$(history)"} ${generation.id}`,
    description: new Date(generation.date).toLocaleString(),
    detail: generation.changes ?? generation.path,
    generation,
  }));
}

async function pickGeneration(server: Server, model: Model, chosen: Chosen): Promise<void> {
  const items = await generationItems(server, chosen);
  const picked = items && (await vscode.window.showQuickPick(items, {
    title: `Generations of ${chosen.target.name}: choose one to roll back to`,
    matchOnDetail: true,
  }));
  if (picked && !picked.generation.current) {
    await run(server, "hmls.rollback", { ...argument(chosen), generation: picked.generation.id });
    await model.refresh();
  }
}

async function expire(server: Server, chosen: Chosen): Promise<void> {
  const items = (await generationItems(server, chosen))?.filter((item) => !item.generation.current);
  const picked = items && (await vscode.window.showQuickPick(items, {
    title: `Generations of ${chosen.target.name}: choose those to remove`,
    canPickMany: true,
  }));
  if (picked?.length) {
    const ids = picked.map((item) => item.generation.id);
    await run(server, "hmls.expire", { ...argument(chosen), generations: ids });
  }
}

async function newLayer(server: Server, model: Model): Promise<void> {
  const root = model.roots.length === 1 ? model.roots[0] : (await model.pick("hmls: in the flake of"))?.root;
  if (!root) {
    return;
  }
  const user = await pickOrType(root.users.map((each) => each.name), "User of the new layer");
  if (!user) {
    return;
  }
  const kinds = [
    { label: "base", description: `homes/${user}: everywhere` },
    { label: "global", description: `homes/${user}@global: where ${user} is deployed by home-manager` },
    { label: "host", description: `homes/${user}@…: on one host` },
  ];
  const kind = (await vscode.window.showQuickPick(kinds, { title: "Kind of the new layer" }))?.label;
  const host = kind === "host" && (await pickOrType(root.hosts.map((each) => each.name), "Host of the new layer"));
  if (kind && (kind !== "host" || host)) {
    await run(server, "hmls.createLayer", { root: root.root, user, kind, ...(host ? { host } : {}) });
    await model.refresh();
  }
}

async function pickOrType(names: string[], title: string): Promise<string | undefined> {
  const other = "$(add) another…";
  const picked = await vscode.window.showQuickPick([...names, other], { title });
  return picked === other ? vscode.window.showInputBox({ title }) : picked;
}

/** What deployments print, in a terminal that shows their colours. */
export class DeployLog implements vscode.Disposable {
  private terminal: vscode.Terminal | undefined;
  private readonly written = new vscode.EventEmitter<string>();
  private readonly lines: string[] = [];
  private isOpen = false;

  attach(client: LanguageClient): void {
    client.onNotification(log, ({ line }) => this.write(line));
    client.onRequest(terminal, ({ command, cwd, title }) => {
      // The command is quoted for this shell. Others, as fish, read a backslash in quotes otherwise.
      const opened = vscode.window.createTerminal({ name: title, cwd, shellPath: "/bin/sh" });
      opened.show();
      opened.sendText(command);
      return { opened: true };
    });
  }

  show(): void {
    this.open().show(true);
  }

  dispose(): void {
    this.terminal?.dispose();
    this.written.dispose();
  }

  private write(line: string): void {
    const text = `${line.replace(/\r?\n/g, "\r\n")}\r\n`;
    this.lines.push(text);
    this.lines.splice(0, this.lines.length - 5_000);
    if (this.isOpen) {
      this.written.fire(text);
    } else {
      this.open();
    }
  }

  private open(): vscode.Terminal {
    this.terminal ??= vscode.window.createTerminal({
      name: "hmls",
      iconPath: new vscode.ThemeIcon("home"),
      pty: {
        onDidWrite: this.written.event,
        open: () => {
          this.isOpen = true;
          this.written.fire(this.lines.join(""));
        },
        close: () => {
          this.isOpen = false;
          this.terminal = undefined;
        },
      },
    });
    return this.terminal;
  }
}
