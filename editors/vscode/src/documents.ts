// Documents of the server: effective configurations and previews, and the comparison of two.
import * as vscode from "vscode";
import type { Server } from "./client";
import { targetOfNode } from "./homes";
import type { Chosen, Model } from "./model";
import { documentText } from "./protocol";
import { previewWasRead } from "./question";

export function documents(server: Server, model: Model): vscode.Disposable {
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const provider: vscode.TextDocumentContentProvider = {
    onDidChange: changes.event,
    provideTextDocumentContent: async (uri, token) => {
      if (uri.path.startsWith("/preview/")) {
        previewWasRead();
      }
      const answer = await server.answer(documentText, { uri: uri.toString() }, token);
      return typeof answer === "string" ? `# ${answer.replaceAll("\n", "\n# ")}\n` : answer.text;
    },
  };
  return vscode.Disposable.from(
    changes,
    vscode.workspace.registerTextDocumentContentProvider("hmls", provider),
    model.onChange(() => refreshOpen(changes)),
    vscode.commands.registerCommand("hmls.showEffective", async (node?: unknown) => {
      const chosen = targetOfNode(node) ?? (await model.pick("hmls: effective configuration of"));
      if (chosen) {
        await show(effectiveUri(chosen));
      }
    }),
    vscode.commands.registerCommand("hmls.compareTargets", async (node?: unknown) => {
      const left = targetOfNode(node) ?? (await model.pick("hmls: compare"));
      const right = left && (await model.pick(`hmls: compare ${left.target.name} with`, (target) => target !== left.target));
      if (left && right) {
        await vscode.commands.executeCommand(
          "vscode.diff",
          effectiveUri(left),
          effectiveUri(right),
          `${left.target.name} ↔ ${right.target.name}`,
        );
      }
    }),
    vscode.commands.registerCommand("hmls.compareWithBase", async (node?: unknown) => {
      const chosen =
        targetOfNode(node) ?? (await model.pick("hmls: compare the base with", ({ layers }) => layers.length > 1));
      if (chosen) {
        const title = `${chosen.target.name}: base alone ↔ all layers`;
        await vscode.commands.executeCommand("vscode.diff", effectiveUri(chosen, "base"), effectiveUri(chosen), title);
      }
    }),
  );
}

/** What a target is; `base`: without the layers above its base. */
export function effectiveUri({ root, target }: Chosen, kind: "effective" | "base" = "effective"): vscode.Uri {
  return vscode.Uri.from({ scheme: "hmls", path: `/${kind}/${target.name}.nix`, query: `root=${root.root}` });
}

async function show(uri: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(await vscode.languages.setTextDocumentLanguage(document, "nix"), {
    preview: true,
  });
}

function refreshOpen(changes: vscode.EventEmitter<vscode.Uri>): void {
  for (const document of vscode.workspace.textDocuments) {
    if (document.uri.scheme === "hmls" && /^\/(effective|base)\//.test(document.uri.path)) {
      changes.fire(document.uri);
    }
  }
}
