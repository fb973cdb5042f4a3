# Declaring options, and the properties that wrap definitions.
lib:

let
  order = priority: content: {
    _type = "order";
    inherit content priority;
  };
  override = priority: content: {
    _type = "override";
    inherit content priority;
  };
  text = kind: content: {
    _type = kind;
    text = content;
  };
in
rec {
  mkOption =
    {
      default ? null,
      defaultText ? null,
      example ? null,
      description ? null,
      type ? null,
      apply ? null,
      internal ? false,
      visible ? true,
      readOnly ? false,
    }@declaration:
    declaration // { _type = "option"; };

  mkEnableOption =
    name:
    mkOption {
      type = lib.types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
    };

  mkPackageOption =
    packages: name:
    {
      nullable ? false,
      default ? name,
      example ? null,
      extraDescription ? "",
      pkgsText ? "pkgs",
    }:
    let
      path = lib.toList default;
    in
    mkOption (
      {
        type = (if nullable then lib.types.nullOr else lib.id) lib.types.package;
        description = "The ${builtins.concatStringsSep "." (lib.toList name)} package to use.";
      }
      // lib.optionalAttrs (default != null) { default = lib.getAttrFromPath path packages; }
    );

  literalExpression = text "literalExpression";
  literalMD = text "literalMD";

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };

  mkOverride = override;
  mkVMOverride = override 10;
  mkForce = override 50;
  mkImageMediaOverride = override 60;
  defaultOverridePriority = 100;
  mkDefault = override 1000;
  mkOptionDefault = override 1500;

  mkOrder = order;
  mkBefore = order 500;
  defaultOrderPriority = 1000;
  mkAfter = order 1500;

  isOption = lib.isType "option";
  getValues = map (definition: definition.value);
  getFiles = map (definition: definition.file);

  showOption =
    path:
    builtins.concatStringsSep "." (
      map (
        name:
        if builtins.elem name [ "*" "<name>" ] || lib.hasPrefix "[definition " name then
          name
        else
          lib.escapeNixIdentifier name
      ) path
    );
  showFiles = files: lib.concatMapStringsSep " and " (file: "`${file}'") files;
  showDefs = lib.concatMapStrings (definition: "\n- In `${definition.file}'");
}
