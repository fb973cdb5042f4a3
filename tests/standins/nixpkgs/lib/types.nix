# Option types: which values each accepts, and how it merges several definitions.
lib:

let
  inherit (builtins)
    all
    concatLists
    concatMap
    concatStringsSep
    filter
    foldl'
    head
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    mapAttrs
    zipAttrsWith
    ;
  inherit (lib)
    evalModules
    isDerivation
    mergeDefinitions
    showDefs
    showOption
    ;

  type =
    {
      name,
      description ? name,
      check ? _: true,
      merge ? anyMerge,
      ...
    }@attributes:
    {
      getSubOptions = _: { };
      getSubModules = null;
      substSubModules = _: null;
      emptyValue = { };
    }
    // attributes
    // {
      inherit check description merge;
      _type = "option-type";
    };

  suggestion = "\nUse `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.";

  equalMerge =
    path: definitions:
    (foldl' (
      first: other:
      if first.value == other.value then
        first
      else
        throw (
          "The option `${showOption path}' has conflicting definition values:"
          + showDefs [
            first
            other
          ]
          + suggestion
        )
    ) (head definitions) (builtins.tail definitions)).value;

  oneMerge =
    path: definitions:
    if builtins.length definitions == 1 then
      (head definitions).value
    else
      throw "The option `${showOption path}' is defined multiple times while it's expected to be unique.\n\nDefinition values:${showDefs definitions}${suggestion}";

  # What has no type: lists and strings are joined, sets are overlaid, and one true is enough.
  anyMerge =
    path: definitions:
    let
      values = lib.getValues definitions;
    in
    if builtins.length values == 1 then
      head values
    else if all isList values then
      concatLists values
    else if all isAttrs values then
      foldl' lib.mergeAttrs { } values
    else if all isBool values then
      builtins.elem true values
    else if all isString values then
      concatStringsSep "" values
    else
      equalMerge path definitions;

  isStringLike = value: isString value || isPath value || value ? outPath || value ? __toString;

  atom =
    name: description: check:
    type {
      inherit name description check;
      merge = equalMerge;
    };

  separatedString =
    separator: description:
    type {
      name = "separatedString";
      inherit description;
      check = isString;
      merge = _: definitions: concatStringsSep separator (lib.getValues definitions);
    };

  # The definitions of each name of sets.
  byName = map (
    definition:
    mapAttrs (_: value: {
      inherit (definition) file;
      inherit value;
    }) definition.value
  );

  subOptions = element: path: element.getSubOptions (path ++ [ "<name>" ]);
in
rec {
  mkOptionType = type;
  mergeDefaultOption = anyMerge;
  mergeEqualOption = equalMerge;
  mergeOneOption = oneMerge;

  optionType = type {
    name = "optionType";
    check = lib.isType "option-type";
    merge = oneMerge;
  };

  anything = type {
    name = "anything";
    merge =
      path: definitions:
      let
        values = lib.getValues definitions;
        isPlainSet = value: isAttrs value && !isStringLike value;
      in
      if all isPlainSet values then
        (attrsOf anything).merge path definitions
      else if all isAttrs values then
        oneMerge path definitions
      else
        equalMerge path definitions;
  };
  raw = type {
    name = "raw";
    description = "raw value";
    merge = oneMerge;
  };
  unspecified = type {
    name = "unspecified";
    description = "unspecified value";
  };

  bool = atom "bool" "boolean" isBool;
  int = atom "int" "signed integer" isInt;
  float = atom "float" "floating point number" isFloat;
  number = atom "number" "signed integer or floating point number" (v: isInt v || isFloat v);
  ints = {
    between =
      low: high:
      atom "intBetween" "integer between ${toString low} and ${toString high} (both inclusive)" (
        value: isInt value && low <= value && value <= high
      );
    positive = atom "positiveInt" "positive integer, meaning >0" (value: isInt value && value > 0);
    unsigned = atom "unsignedInt" "unsigned integer, meaning >=0" (
      value: isInt value && value >= 0
    );
  };
  port =
    atom "unsignedInt16" "16 bit unsigned integer; between 0 and 65535 (both inclusive)"
      (ints.between 0 65535).check;

  str = atom "str" "string" isString;
  nonEmptyStr = atom "nonEmptyStr" "non-empty string" (
    value: isString value && builtins.match "[ \t\n]*" value == null
  );
  singleLineStr = atom "singleLineStr" "(optionally newline-terminated) single-line string" (
    value: isString value && builtins.match "[^\n\r]*\n?" value != null
  );
  strMatching =
    pattern:
    atom "strMatching ${lib.escapeNixString pattern}" "string matching the pattern ${pattern}" (
      value: isString value && builtins.match pattern value != null
    );
  lines = separatedString "\n" "strings concatenated with \"\\n\"";
  commas = separatedString "," "strings concatenated with \",\"";

  path = atom "path" "absolute path" (
    value: isStringLike value && builtins.substring 0 1 (toString value) == "/"
  );
  package = type {
    name = "package";
    check =
      value:
      isDerivation value || isStringLike value && lib.hasPrefix builtins.storeDir (toString value);
    merge = oneMerge;
  };

  enum =
    values:
    atom "enum" "one of ${lib.concatMapStringsSep ", " builtins.toJSON values}" (
      value: builtins.elem value values
    );

  attrs = type {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    emptyValue.value = { };
    merge = _: foldl' (all: definition: all // definition.value) { };
  };

  attrsOf =
    element:
    type {
      name = "attrsOf";
      description = "attribute set of ${element.description}";
      check = isAttrs;
      emptyValue.value = { };
      getSubOptions = subOptions element;
      nestedTypes.elemType = element;
      merge =
        path: definitions:
        mapAttrs (_: optional: optional.value) (
          lib.filterAttrs (_: optional: optional ? value) (
            zipAttrsWith (
              name: found: (mergeDefinitions (path ++ [ name ]) element found).optionalValue
            ) (byName definitions)
          )
        );
    };

  # The names do not depend on any value, so a key whose conditions are all false stays.
  lazyAttrsOf =
    element:
    attrsOf element
    // {
      name = "lazyAttrsOf";
      description = "lazy attribute set of ${element.description}";
      merge =
        path: definitions:
        zipAttrsWith (
          name: found: (mergeDefinitions (path ++ [ name ]) element found).mergedValue
        ) (byName definitions);
    };

  listOf =
    element:
    type {
      name = "listOf";
      description = "list of ${element.description}";
      check = isList;
      emptyValue.value = [ ];
      getSubOptions = path: element.getSubOptions (path ++ [ "*" ]);
      nestedTypes.elemType = element;
      merge =
        path: definitions:
        let
          item =
            nth: definition: mth: value:
            mergeDefinitions
              (path ++ [ "[definition ${toString nth}-entry ${toString mth}]" ])
              element
              [
                {
                  inherit (definition) file;
                  inherit value;
                }
              ];
          itemsOf = nth: definition: lib.imap1 (item nth definition) definition.value;
        in
        concatMap (merged: lib.optional merged.isDefined merged.mergedValue) (
          concatLists (lib.imap1 itemsOf definitions)
        );
    };

  nullOr =
    element:
    type {
      name = "nullOr";
      description = "null or ${element.description}";
      check = value: value == null || element.check value;
      emptyValue.value = null;
      inherit (element) getSubOptions;
      nestedTypes.elemType = element;
      merge =
        path: definitions:
        let
          nulls = filter (definition: definition.value == null) definitions;
        in
        if nulls == [ ] then
          (mergeDefinitions path element definitions).mergedValue
        else if builtins.length nulls == builtins.length definitions then
          null
        else
          throw "The option `${showOption path}` is defined both null and not null, in ${lib.showFiles (lib.getFiles definitions)}.";
    };

  either =
    a: b:
    type {
      name = "either";
      description = "${a.description} or ${b.description}";
      check = value: a.check value || b.check value;
      merge =
        path: definitions:
        if all (definition: a.check definition.value) definitions then
          a.merge path definitions
        else if all (definition: b.check definition.value) definitions then
          b.merge path definitions
        else
          oneMerge path definitions;
    };

  oneOf = choices: foldl' either (head choices) (builtins.tail choices);

  coercedTo =
    from: convert: to:
    type {
      name = "coercedTo";
      description = "${to.description} or ${from.description} convertible to it";
      check = value: from.check value && to.check (convert value) || to.check value;
      inherit (to) emptyValue getSubOptions;
      merge =
        path: definitions:
        let
          coerced = value: if from.check value then convert value else value;
          converted = map (definition: definition // { value = coerced definition.value; }) definitions;
        in
        (mergeDefinitions path to converted).mergedValue;
    };

  functionTo =
    result:
    type {
      name = "functionTo";
      description = "function that evaluates to a(n) ${result.description}";
      check = lib.isFunction;
      merge =
        path: definitions: argument:
        (mergeDefinitions (path ++ [ "<function body>" ]) result (
          map (definition: definition // { value = definition.value argument; }) definitions
        )).mergedValue;
    };

  submodule =
    module:
    submoduleWith {
      modules = lib.toList module;
      shorthandOnlyDefinesConfig = true;
    };

  submoduleWith =
    {
      modules,
      specialArgs ? { },
      shorthandOnlyDefinesConfig ? false,
      description ? "submodule",
      class ? null,
    }:
    let
      asModule =
        definition:
        {
          _file = definition.file;
        }
        // (
          if shorthandOnlyDefinesConfig && isAttrs definition.value then
            { config = definition.value; }
          else
            { imports = [ definition.value ]; }
        );
      evaluate =
        prefix: further:
        evalModules {
          inherit class prefix specialArgs;
          modules = modules ++ further;
        };
    in
    type {
      name = "submodule";
      inherit description;
      check = value: isAttrs value || lib.isFunction value || path.check value;
      emptyValue.value = { };
      getSubModules = modules;
      getSubOptions = prefix: (evaluate prefix [ ]).options;
      merge =
        path: definitions:
        (evaluate path (
          [ { _module.args.name = lib.last path; } ] ++ map asModule definitions
        )).config;
    };
}
