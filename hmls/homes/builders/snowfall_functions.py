"""`lib.snowfall.fs`, `.path` and `.attrs`: the functions that flakes of snowfall-lib call.

Source: snowfall-lib snowfall-lib/{fs,path,attrs}, whose results these have. `lib`, `source` and
`root` are given: nixpkgs' library, the flake's folder, and the one that snowfall looks in.
"""

from __future__ import annotations

from hmls.lang.force import expect_attrs, get
from hmls.lang.interp import Interp
from hmls.lang.unit import Unit
from hmls.lang.values import Lazy, OpenAttrs, Unknown

_TEXT = rb"""
let
  parts = file: builtins.match "(.*)\\.(.*)$" (toString file);
  has = extension: file: parts file != null && lib.last (parts file) == extension;
  isDefault = file: baseNameOf file == "default.nix";
  listed = folder: if builtins.pathExists folder then builtins.readDir folder else { };
  inside = folder: use: kinds:
    lib.flatten (lib.mapAttrsToList (name: use "${folder}/${name}")
      (lib.filterAttrs (_: kind: builtins.elem kind kinds) (listed folder)));
  same = path: _: path;
  files = folder: inside folder same [ "regular" ];
  filesBelow = folder:
    inside folder (path: kind: if kind == "directory" then filesBelow path else path)
      [ "regular" "directory" ];
  only = test: list: folder: builtins.filter test (list folder);
  isOther = file: has "nix" file && !isDefault file;
in {
  fs = {
    is-file-kind = kind: kind == "regular";
    is-symlink-kind = kind: kind == "symlink";
    is-directory-kind = kind: kind == "directory";
    is-unknown-kind = kind: kind == "unknown";
    get-file = path: "${source}/${path}";
    get-snowfall-file = path: "${root}/${path}";
    safe-read-directory = listed;
    get-directories = folder: inside folder same [ "directory" ];
    get-files = files;
    get-files-recursive = filesBelow;
    get-nix-files = only (has "nix") files;
    get-nix-files-recursive = only (has "nix") filesBelow;
    get-default-nix-files = only isDefault files;
    get-default-nix-files-recursive = only isDefault filesBelow;
    get-non-default-nix-files = only isOther files;
    get-non-default-nix-files-recursive = only isOther filesBelow;
  };
  path = {
    has-any-file-extension = file: parts file != null;
    get-file-extension = file: if parts file == null then "" else lib.last (parts file);
    has-file-extension = has;
    get-parent-directory = path: baseNameOf (dirOf path);
    get-file-name-without-extension = path:
      let name = baseNameOf path;
      in if parts name == null then name else lib.concatStrings (lib.init (parts name));
  };
  attrs = {
    map-concat-attrs-to-list = function: set: lib.flatten (lib.mapAttrsToList function set);
    merge-deep = lib.foldl lib.recursiveUpdate { };
    merge-shallow = lib.foldl lib.mergeAttrs { };
  };
}
"""


def snowfall_functions(interp: Interp, source: Lazy, root: Lazy, rest: Unknown) -> OpenAttrs:
    """`lib.snowfall`; `rest` stands for its other functions."""
    unit = Unit("snowfall-lib", _TEXT)
    known = expect_attrs(interp.evaluate(unit, {"lib": interp.lib, "source": source, "root": root}))
    sections = {
        name: OpenAttrs(expect_attrs(get(known, name)), rest.select(name)) for name in known
    }
    return OpenAttrs(sections, rest)
