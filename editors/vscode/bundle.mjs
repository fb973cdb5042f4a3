// Makes bundled/libs: our package with its libraries for the Pythons that people have.
// One .vsix is for the platform it is made on: the libraries' compiled parts stand side by
// side, one for each version of Python, under names that hold the version.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const VERSIONS = ["3.11", "3.12", "3.13", "3.14"];
/** What is for type checkers, compilers and pip; the licences and names of the libraries stay. */
const NEVER_RUN = /\.(pyi|c|h)$|(^|\/)(py\.typed|tests)$|\.dist-info\/(RECORD|INSTALLER|WHEEL|REQUESTED|top_level\.txt|entry_points\.txt|direct_url\.json|sboms)$/;
const here = import.meta.dirname;
const libraries = join(here, "bundled", "libs");
const python = process.env.PYTHON ?? "python3";
const run = (...args) => execFileSync(python, ["-m", ...args], { stdio: ["ignore", "ignore", "inherit"] });

rmSync(join(here, "bundled"), { recursive: true, force: true });
const work = mkdtempSync(join(tmpdir(), "hmls-bundle-"));
try {
  run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", work, resolve(here, "../.."));
  const wheel = join(work, readdirSync(work).find((name) => name.endsWith(".whl")));
  for (const version of VERSIONS) {
    const target = join(work, version);
    run("pip", "install", "--quiet", "--target", target, "--python-version", version, "--only-binary", ":all:", "--no-compile", wheel);
    cpSync(target, libraries, { recursive: true, force: true });
  }
  for (const name of ["bin", "share"]) {
    rmSync(join(libraries, name), { recursive: true, force: true });
  }
  for (const path of readdirSync(libraries, { recursive: true }).filter((path) => NEVER_RUN.test(path))) {
    rmSync(join(libraries, path), { recursive: true, force: true });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
