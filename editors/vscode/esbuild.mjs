// Bundles the extension into one file.
import { build } from "esbuild";

await build({
  entryPoints: ["src/extension.ts"],
  bundle: true,
  external: ["vscode"],
  format: "cjs",
  platform: "node",
  target: "node20",
  outfile: "out/extension.js",
  minify: process.argv.includes("--production"),
  sourcemap: process.argv.includes("--production") ? false : "linked",
});
