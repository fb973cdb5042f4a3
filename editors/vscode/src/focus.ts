// The status item with the target in focus.
import * as vscode from "vscode";
import type { Server } from "./client";
import type { Chosen, Model } from "./model";

export function focusItem(server: Server, model: Model): vscode.Disposable {
  const item = vscode.window.createStatusBarItem("hmls.focus", vscode.StatusBarAlignment.Right, 90);
  item.name = "hmls: target in focus";
  item.command = "hmls.chooseTarget";
  const update = () => {
    const focused = model.focused;
    const broken = server.state === "failed" || server.state === "noServer";
    item.text = broken ? "$(warning) hmls" : `$(home) ${focused?.target.name ?? "all targets"}`;
    item.tooltip = broken
      ? "The server of hmls is not running."
      : "The target whose values come first in hovers and stand beside overridden settings. Click to choose.";
    if (broken || model.roots.length > 0) {
      item.show();
    } else {
      item.hide();
    }
  };
  update();
  return vscode.Disposable.from(item, model.onChange(update), server.onState(update));
}

/** Let the user choose the target in focus. */
export async function chooseTarget(model: Model): Promise<void> {
  const { focused } = model;
  const marked = (chosen: Chosen | undefined) =>
    new vscode.ThemeIcon(chosen?.root === focused?.root && chosen?.target === focused?.target ? "check" : "blank");
  const none = { label: "All targets", description: "no focus", iconPath: marked(undefined), chosen: undefined };
  const items = model.targets.map((chosen) => ({
    label: chosen.target.name,
    description: [
      chosen.target.kind,
      chosen.target.system ?? "unknown system",
      model.roots.length > 1 ? chosen.root.root : undefined,
    ].filter(Boolean).join(" · "),
    iconPath: marked(chosen),
    chosen,
  }));
  const picked = await vscode.window.showQuickPick([none, ...items], {
    title: "Target in focus: its values come first",
    matchOnDescription: true,
  });
  if (picked) {
    await model.focus(picked.chosen);
  }
}
