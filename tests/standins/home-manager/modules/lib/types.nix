# Option types of Home Manager, and those of pkgs.formats by what they accept.
lib:

let
  inherit (lib) mkOption types;
  inherit (import ./dag.nix lib) isEntry entryAnywhere;
  gvariants = import ./gvariant.nix lib;

  entryOf =
    element:
    let
      entry = types.submodule (
        { name, ... }:
        {
          options = {
            data = mkOption { type = element; };
            after = mkOption { type = types.listOf types.str; };
            before = mkOption { type = types.listOf types.str; };
          };
          config = lib.mkIf (element.name == "submodule") { data._module.args.dagName = name; };
        }
      );
      # An order around an entry is one of its data.
      asEntry =
        definition:
        if isEntry definition.value then
          definition.value
        else if definition ? priority then
          entryAnywhere (lib.mkOrder definition.priority definition.value)
        else
          entryAnywhere definition.value;
    in
    lib.mkOptionType {
      name = "dagEntryOf";
      description = "DAG entry of ${element.description}";
      merge =
        path: definitions:
        entry.merge path (
          map (definition: {
            inherit (definition) file;
            value = asEntry definition;
          }) definitions
        );
    };

  atom = types.oneOf [
    types.bool
    types.int
    types.float
    types.str
  ];
in
rec {
  dagOf = element: types.attrsOf (entryOf element);

  gvariant = lib.mkOptionType {
    name = "gvariant";
    description = "GVariant value";
    check = value: gvariants.mkValue value != null;
    merge =
      path: definitions:
      let
        asValue = definition: gvariants.mkValue definition.value;
        kinds = lib.unique (map (definition: (asValue definition).type) definitions);
        kind = builtins.head kinds;
        items = map (definition: definition // { value = (asValue definition).value; }) definitions;
      in
      if builtins.length kinds > 1 then
        throw "Cannot merge definitions of `${lib.showOption path}' with mismatched GVariant types given in ${lib.showFiles (lib.getFiles definitions)}."
      else if lib.hasPrefix "a" kind then
        gvariants.mkArray (lib.removePrefix "a" kind) ((types.listOf gvariant).merge path items)
      # Text and fractions stay as they were written, and so does what was alone.
      else if kind == "s" || kind == "d" then
        lib.mergeEqualOption path definitions
      else
        lib.mergeDefaultOption path definitions;
  };

  ini = types.attrsOf (types.attrsOf (types.nullOr atom));

  toml = types.oneOf [
    atom
    types.path
    (types.attrsOf toml)
    (types.listOf toml)
  ] // { description = "TOML value"; };
}
