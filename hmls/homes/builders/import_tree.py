"""`import-tree`: all Nix files below a folder as modules.

Written anew after the behaviour of import-tree's default.nix: each setting gives another tree, and
a tree called with paths gives a module, or what `pipeTo` makes of the files.
"""

from __future__ import annotations

from hmls.lang.force import delayed, expect_attrs
from hmls.lang.interp import Interp
from hmls.lang.unit import Unit
from hmls.lang.values import Attrs

_TREE = b"""\
let
  isPathLike = x: builtins.isPath x || builtins.isString x || (builtins.isAttrs x && x ? outPath);
  isFolder = x: isPathLike x && builtins.readFileType x == "directory";
  isTree = x: builtins.isAttrs x && x ? __config;
  both = first: second: x: first x && second x;
  flat = x: if builtins.isList x then builtins.concatMap flat x else [ x ];

  found =
    lib: config: root:
    let
      filesOf =
        x:
        if isTree x then
          (x.withLib lib).files
        else if builtins.isAttrs x && x ? outPath then
          filesOf x.outPath
        else if isFolder x then
          lib.filesystem.listFilesRecursive x
        else
          [ x ];
      asked = flat [ config.paths root ];
      folders = map toString (builtins.filter isFolder asked);
      relative =
        x:
        let
          file = toString x;
          around = builtins.filter (folder: lib.hasPrefix folder file) folders;
        in
        if around == [ ] then file else lib.removePrefix (builtins.head around) file;
      isModule = path: lib.hasSuffix ".nix" path && !(lib.hasInfix "/_" path);
      first = if config.first == null then isModule else config.first;
      keeps =
        x:
        if isPathLike x then
          both first config.keep (relative x)
        else
          both (if config.first == null then _: true else config.first) config.keep x;
    in
    map config.change (builtins.filter keeps (flat (map filesOf asked)));

  called =
    config: argument:
    let
      root = if builtins.isAttrs argument && argument ? options then [ ] else argument;
    in
    if config.pipe == null then
      { imports = [ ({ lib, ... }: { imports = found lib config root; }) ]; }
    else if config.lib == null then
      throw "You need to call withLib before trying to read the tree."
    else
      config.pipe (found config.lib config root);

  tree =
    config:
    let
      self = builtins.mapAttrs (_name: function: function self) config.api // {
        __config = config;
        __functor = _self: called config;
        filter = test: tree (config // { keep = both config.keep test; });
        filterNot = test: tree (config // { keep = both config.keep (x: !test x); });
        match = regex: self.filter (x: builtins.match regex x != null);
        matchNot = regex: self.filterNot (x: builtins.match regex x != null);
        map = function: tree (config // { change = x: function (config.change x); });
        addPath = path: tree (config // { paths = config.paths ++ [ path ]; });
        addAPI = api: tree (config // { api = config.api // api; });
        withLib = lib: tree (config // { inherit lib; });
        initFilter = first: tree (config // { inherit first; });
        pipeTo = pipe: tree (config // { inherit pipe; });
        leafs = tree (config // { pipe = files: files; });
        result = self [ ];
        files = self.leafs.result;
        new = tree initial;
      };
    in
    self;

  initial = {
    api = { };
    change = x: x;
    first = null;
    keep = _: true;
    lib = null;
    paths = [ ];
    pipe = null;
  };
in
tree initial
"""


def import_tree(interp: Interp) -> Attrs:
    """What the flake `import-tree` is."""
    unit = Unit("«import-tree»/default.nix", _TREE)
    return expect_attrs(delayed(lambda: interp.evaluate(unit)))
