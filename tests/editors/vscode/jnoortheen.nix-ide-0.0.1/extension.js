// What nil answers by nix-ide for the tests' files, as the real ones were seen to: an outline, a hover.
const vscode = require("vscode");

exports.activate = () => {
  vscode.languages.registerHoverProvider("nix", {
    provideHover: () => new vscode.Hover("Parameter of the stand-in"),
  });
  vscode.languages.registerDocumentSymbolProvider("nix", {
    provideDocumentSymbols(document) {
      const whole = document.lineAt(0).range;
      return [new vscode.DocumentSymbol("outline of the stand-in", "", vscode.SymbolKind.Field, whole, whole)];
    },
  });
};
