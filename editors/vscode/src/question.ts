// The server's questions. Before anything runs, a dialogue shows the exact commands, line by line. Before
// something is activated there is a preview to read: that question stands beside it until it is answered.
import * as vscode from "vscode";
import type { CancellationToken, MessageActionItem, ShowMessageRequestParams } from "vscode-languageclient/node";

/** A preview was opened, and nothing was asked since. */
let hasPreview = false;

export function previewWasRead(): void {
  hasPreview = true;
}

/** A question that the server takes back stays in the list: VS Code lets nobody close another's message. */
export async function ask(
  { message, actions = [] }: ShowMessageRequestParams,
  token: CancellationToken,
): Promise<MessageActionItem | null> {
  const [title = "", ...rest] = message.split("\n\n");
  const cancel = actions.find((action) => action.title === "Cancel");
  const others = actions.filter((action) => action !== cancel);
  const isBeside = hasPreview && others[0]?.title !== "Run";
  hasPreview = false;
  if (!isBeside) {
    const items = [...others, ...(cancel ? [{ ...cancel, isCloseAffordance: true }] : [])];
    const options = { modal: true, detail: rest.join("\n\n") };
    return (await vscode.window.showInformationMessage(title, options, ...items)) ?? null;
  }
  const asked = vscode.window.showWarningMessage([title, ...rest].join(" — ").replaceAll("\n", " "), ...actions);
  // A message goes out of sight after some seconds; in the list it stays.
  await vscode.commands.executeCommand("notifications.showList");
  token.onCancellationRequested(() => vscode.commands.executeCommand("notifications.hideList"));
  const answer = await asked;
  await vscode.commands.executeCommand("notifications.hideList");
  return answer ?? null;
}
