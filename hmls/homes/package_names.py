"""The packages that a file may name: those of nixpkgs in the store, the repository's own, and
those that it uses already.
"""

from __future__ import annotations

import os
import re
from collections import Counter

from hmls.catalog.packages import Packages
from hmls.homes.gathered import Counted
from hmls.homes.index import FileFacts
from hmls.homes.repository import Repository

_SELECTED = re.compile(rb"\bpkgs\.([a-zA-Z_][\w'-]*)")
_AFTER_WITH = re.compile(rb"\bwith\s+pkgs\s*;\s*\[([^\]]*)\]")
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(rb"(?<![\w.'/\"-])([a-zA-Z_][\w'-]*)")
_FOLDERS = ("packages", "pkgs")
_OVERLAYS = "overlays"
_BUILDERS = frozenset((
    "lib", "stdenv", "stdenvNoCC", "config", "system", "path", "formats", "callPackage",
    "callPackages", "newScope", "overlays", "hostPlatform", "buildPlatform", "targetPlatform",
    "runCommand", "runCommandLocal", "runCommandCC", "writeText", "writeTextFile", "writeTextDir",
    "writeScript", "writeScriptBin", "writeShellScript", "writeShellScriptBin",
    "writeShellApplication", "writers", "symlinkJoin", "linkFarm", "buildEnv", "buildFHSEnv",
    "concatText", "concatScript", "applyPatches", "substitute", "substituteAll", "extend",
    "fetchurl", "fetchzip", "fetchgit", "fetchpatch", "fetchFromGitHub", "fetchFromGitLab",
    "fetchFromSourcehut", "mkShell", "mkShellNoCC", "makeWrapper", "makeDesktopItem", "pkgsCross",
    "pkgsStatic", "pkgsMusl", "pkgsLLVM", "pkgsi686Linux", "pkgsx86_64Darwin", "buildPackages",
    "targetPackages", "appendOverlays", "pkgs", "dockerTools", "nixosTests", "vimUtils",
    "addAttrsToDerivation", "concatTextFile", "copyPathToStore", "copyPathsToStore",
    "generateSplicesForMkScope", "keepDebugInfo", "linkFarmFromDrvs", "makeScopeWithSplicing",
    "makeScopeWithSplicing'", "makeSetupHook", "makeStatic", "makeStaticBinaries",
    "makeStaticLibraries", "onlyBin", "overrideCC", "overrideInStdenv", "overrideSetup",
    "pkgsBuildBuild", "pkgsBuildHost", "pkgsBuildTarget", "pkgsCuda", "pkgsExtraHardening",
    "pkgsHostHost", "pkgsHostTarget", "pkgsLinux", "pkgsRocm", "pkgsTargetTarget", "pkgsZig",
    "propagateBuildInputs", "requireFile", "runCommandWith", "splicePackages", "stdenvAdapters",
    "useGoldLinker", "useLibsFrom", "useMoldLinker", "useWildLinker", "withCFlags",
    "withDefaultHardeningFlags", "writeCBin", "writeClosure", "writeDirectReferencesToFile",
    "writeStringReferencesToFile",
    "recurseIntoAttrs", "dontRecurseIntoAttrs", "emptyFile", "emptyDirectory", "testers",
))  # fmt: skip
"""What is in `pkgs` besides packages, so that no list of packages has it."""


def packages_of(repository: Repository) -> Packages | None:
    """The packages of the flake's nixpkgs, if it lies in the store and was read."""
    return repository.knowledge.packages(repository.flake.lock)


def used_packages(repository: Repository) -> Counter[str]:
    """How often each package is named as `pkgs.x` or in a list after `with pkgs;`."""
    return Counted.of(repository.index, _used_in)


def _used_in(facts: FileFacts) -> list[str]:
    text = _COMMENT.sub(b"", facts.text)
    names: list[bytes] = _SELECTED.findall(text)
    for inside in _AFTER_WITH.findall(text):
        names += _NAME.findall(inside)
    return [name.decode() for name in names]


def own_packages(repository: Repository) -> dict[str, str]:
    """The packages that the repository adds by its folders and overlays, with their files."""
    found: dict[str, str] = {}
    root = repository.root.rstrip(os.sep) + os.sep
    for path in repository.index.paths:
        parts = path.removeprefix(root).split(os.sep)
        if parts[0] in _FOLDERS and len(parts) > 1:
            name = parts[-2] if parts[-1] in ("default.nix", "package.nix") else parts[-1][:-4]
            if name not in _FOLDERS:
                found.setdefault(name, path)
        elif parts[0] == _OVERLAYS or "overlay" in parts[-1]:
            for defined in repository.index[path].defined:
                found.setdefault(defined.path[0], path)
    return found


def is_builder(name: str) -> bool:
    """Whether `pkgs` has something of a name that is no package."""
    return name in _BUILDERS
