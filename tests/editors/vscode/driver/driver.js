// Listens for the tests: opens files, runs commands by their identifiers and says what the editor
// holds. What a person would press and see is pressed and seen in the page; this only gets there.
const { createServer } = require("node:http");
const vscode = require("vscode");

/** What JSON has no types for: `$uri` is a path, `$position` a line and a column from 1. */
function typed(argument) {
  if (argument?.$uri) {
    return vscode.Uri.file(argument.$uri);
  }
  return argument?.$position ? new vscode.Position(argument.$position[0] - 1, argument.$position[1] - 1) : argument;
}

const actions = {
  async open({ path, line = 1, column = 1 }) {
    const at = new vscode.Position(line - 1, column - 1);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    await vscode.window.showTextDocument(document, { preview: false, selection: new vscode.Range(at, at) });
  },
  async replaceAll({ text }) {
    const editor = vscode.window.activeTextEditor;
    const end = editor.document.lineAt(editor.document.lineCount - 1).range.end;
    await editor.edit((edit) => edit.replace(new vscode.Range(new vscode.Position(0, 0), end), text));
    const last = editor.document.positionAt(editor.document.getText().length);
    editor.selection = new vscode.Selection(last, last);
  },
  /** Not waited for: a command may ask the user, who is the test. */
  run({ command, args = [] }) {
    void vscode.commands.executeCommand(command, ...args);
  },
  /** Waited for; what it gives has to be plain data. */
  ask: ({ command, args = [] }) => vscode.commands.executeCommand(command, ...args.map(typed)),
  setting: ({ name, value }) =>
    vscode.workspace.getConfiguration().update(name, value, vscode.ConfigurationTarget.Global),
  active() {
    const editor = vscode.window.activeTextEditor;
    return editor && {
      path: editor.document.uri.fsPath,
      scheme: editor.document.uri.scheme,
      text: editor.document.getText(),
      line: editor.selection.active.line + 1,
      column: editor.selection.active.character + 1,
    };
  },
  text({ path }) {
    return vscode.workspace.textDocuments.find((each) => each.uri.fsPath === path)?.getText();
  },
  problems({ path }) {
    return vscode.languages.getDiagnostics(vscode.Uri.file(path)).map((each) => ({
      message: each.message,
      source: each.source,
      code: typeof each.code === "object" ? each.code.value : each.code,
      line: each.range.start.line + 1,
    }));
  },
  extension({ id }) {
    const found = vscode.extensions.getExtension(id);
    return found && { active: found.isActive };
  },
};

exports.activate = () => {
  createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) {
      body += chunk;
    }
    try {
      const answer = await actions[request.url.slice(1)](JSON.parse(body));
      response.end(JSON.stringify(answer ?? null));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  }).listen(Number(process.env.HMLS_DRIVER_PORT), "127.0.0.1");
};
