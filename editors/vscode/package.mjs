// Packs the .vsix for the platform this runs on.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const ARCHITECTURES = { x64: "x64", arm64: "arm64" };
const target = `${process.platform === "darwin" ? "darwin" : "linux"}-${ARCHITECTURES[process.arch] ?? process.arch}`;
const vsce = join(import.meta.dirname, "node_modules", "@vscode", "vsce", "vsce");
execFileSync(
  process.execPath,
  [vsce, "package", "--target", target, "--no-dependencies", "--out", "hmls.vsix", "--skip-license"],
  { cwd: import.meta.dirname, stdio: "inherit" },
);
