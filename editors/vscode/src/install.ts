// Installing the server where none was found: by uv or pipx, in a terminal, after a question.
import * as vscode from "vscode";
import { findOnPath } from "./find";
import type { Server } from "./client";

const WAYS = [
  { tool: "uv", command: "uv tool install hmls" },
  { tool: "pipx", command: "pipx install hmls" },
];

export async function offerInstall(server: Server): Promise<void> {
  const found: { label: string; description: string }[] = [];
  for (const { tool, command } of WAYS) {
    const path = await findOnPath(tool);
    if (path) {
      found.push({ label: command, description: path });
    }
  }
  if (found.length === 0) {
    void vscode.window.showWarningMessage(
      "hmls: neither uv nor pipx is on the PATH. Install one of them, or install hmls in your own way and set hmls.server.path.",
    );
    return;
  }
  const picked = await vscode.window.showQuickPick(found, {
    title: "Install the server of hmls: this runs in a terminal",
  });
  if (picked) {
    const terminal = vscode.window.createTerminal("Install hmls");
    terminal.show();
    terminal.sendText(picked.label);
    const choice = await vscode.window.showInformationMessage("Start the server when the installation has ended.", "Start");
    if (choice) {
      await server.restart();
    }
  }
}

/** Once per session, where there is no server. */
export async function tellNoServer(server: Server, why: string): Promise<void> {
  const choice = await vscode.window.showWarningMessage(`hmls: ${why}.`, "Install…", "Set the Path");
  if (choice === "Install…") {
    await offerInstall(server);
  } else if (choice) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "hmls.server.path");
  }
}
