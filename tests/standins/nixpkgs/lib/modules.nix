# The module system: modules in, options and their values out.
lib:

let
  inherit (builtins)
    addErrorContext
    attrNames
    concatLists
    concatMap
    filter
    genericClosure
    head
    isAttrs
    isList
    mapAttrs
    removeAttrs
    zipAttrsWith
    ;
  inherit (lib)
    isFunction
    isOption
    mkMerge
    mkOption
    optional
    showDefs
    showFiles
    showOption
    types
    ;

  structure = [
    "_class"
    "_file"
    "disabledModules"
    "freeformType"
    "imports"
    "key"
  ];

  # A module in full: whatever it was, now with options, config and imports.
  normalize =
    file: key: module:
    let
      isStructured = module ? config || module ? options;
      config = if isStructured then module.config or { } else removeAttrs module structure;
      unsupported = removeAttrs module (
        structure
        ++ [
          "config"
          "meta"
          "options"
        ]
      );
    in
    if isStructured && unsupported != { } then
      throw "Module `${key}' has an unsupported attribute `${head (attrNames unsupported)}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString (attrNames unsupported)}) into the explicit `config' attribute."
    else
      {
        file = toString (module._file or file);
        key = toString (module.key or key);
        class = module._class or null;
        imports = module.imports or [ ];
        options = module.options or { };
        config =
          if module ? freeformType then
            mkMerge [
              config
              { _module.freeformType = module.freeformType; }
            ]
          else
            config;
      };

  # Arguments that a module names are looked up one by one, so that the module can be called before
  # `config` is known.
  call =
    arguments: key: module:
    let
      lookUp =
        name: _:
        addErrorContext "while evaluating the module argument `${name}' in \"${key}\":" (
          arguments.${name} or arguments.config._module.args.${name}
        );
    in
    module (arguments // mapAttrs lookUp (lib.functionArgs module));

  load =
    arguments: parent: key: module:
    if isFunction module then
      normalize parent key (call arguments key module)
    else if isAttrs module then
      normalize parent key (if module ? _type then { config = module; } else module)
    else if isList module then
      throw "Module imports can't be nested lists. Perhaps you meant to remove one level of lists?"
    else
      let
        file = toString module;
        content = import module;
      in
      normalize file file (if isFunction content then call arguments file content else content);

  # All modules, each once: first those given, then what they import, level by level.
  collect =
    class: arguments: modules:
    let
      check =
        module:
        if class == null || module.class == null || module.class == class then
          module
        else
          throw "The module `${module.file}` (class: \"${module.class}\") cannot be imported into a module evaluation that expects class \"${class}\".";
      at =
        file: key:
        lib.imap1 (
          n: module:
          let
            loaded = check (load arguments file "${key}:anon-${toString n}" module);
          in
          {
            inherit (loaded) key;
            module = loaded;
          }
        );
    in
    map (item: item.module) (genericClosure {
      startSet = at "<unknown-file>" "" modules;
      operator = item: at item.module.file item.module.key item.module.imports;
    });

  isProperty = kind: value: value._type or null == kind;

  # A set that has properties around it becomes sets that have them around each value.
  pushDown =
    value:
    let
      wrapped =
        wrap: map (set: if isAttrs set then mapAttrs (_: wrap) set else set) (pushDown value.content);
    in
    if isProperty "merge" value then
      concatMap pushDown value.contents
    else if isProperty "if" value then
      wrapped (lib.mkIf value.condition)
    else if isProperty "override" value then
      wrapped (lib.mkOverride value.priority)
    else
      [ value ];

  discharge =
    value:
    if isProperty "merge" value then
      concatMap discharge value.contents
    else if isProperty "if" value then
      if value.condition then discharge value.content else [ ]
    else
      [ value ];

  priorityOf =
    definition:
    if isProperty "override" definition.value then
      definition.value.priority
    else
      lib.defaultOverridePriority;

  onlyHighest =
    definitions:
    let
      highest = lib.foldl' lib.min 9999 (map priorityOf definitions);
      unwrap =
        definition:
        if isProperty "override" definition.value then
          definition // { value = definition.value.content; }
        else
          definition;
    in
    {
      inherit highest;
      definitions = map unwrap (filter (definition: priorityOf definition == highest) definitions);
    };

  ordered =
    definitions:
    let
      unwrap =
        definition:
        if isProperty "order" definition.value then
          definition
          // {
            value = definition.value.content;
            inherit (definition.value) priority;
          }
        else
          definition;
      place = definition: definition.priority or lib.defaultOrderPriority;
    in
    if lib.any (definition: isProperty "order" definition.value) definitions then
      lib.sortOn place (map unwrap definitions)
    else
      definitions;

  mergeDefinitions =
    path: type: given:
    let
      context = definition: "while evaluating definitions from `${definition.file}':";
      discharged = concatMap (
        definition:
        map (value: {
          inherit (definition) file;
          inherit value;
        }) (addErrorContext (context definition) (discharge definition.value))
      ) given;
      winning = onlyHighest discharged;
      wrong = filter (definition: !type.check definition.value) definitions;
      definitions = ordered winning.definitions;
    in
    rec {
      inherit definitions;
      highestPrio = winning.highest;
      isDefined = definitions != [ ];
      optionalValue = lib.optionalAttrs isDefined { value = mergedValue; };
      mergedValue =
        if isDefined then
          if wrong == [ ] then
            type.merge path definitions
          else
            throw "A definition for option `${showOption path}' is not of type `${type.description}'. Definition values:${showDefs wrong}"
        else
          type.emptyValue.value
            or (throw "The option `${showOption path}' was accessed but has no value defined. Try setting the option.");
    };

  evaluateOption =
    path: declarations: given:
    let
      declaration = (head declarations).options;
      type = declaration.type or types.unspecified;
      files = map (declared: declared.file) declarations;
      default = {
        file = head files;
        value = lib.mkOptionDefault declaration.default;
      };
      definitions = optional (declaration ? default) default ++ given;
      merged =
        if declaration.readOnly or false && builtins.length definitions > 1 then
          throw "The option `${showOption path}' is read-only, but it's set multiple times. Definition values:${showDefs definitions}"
        else
          mergeDefinitions path type definitions;
      apply = declaration.apply or lib.id;
    in
    if builtins.length declarations > 1 then
      throw "The option `${showOption path}' in `${lib.last files}' is already declared in ${showFiles (lib.init files)}."
    else
      declaration
      // {
        inherit type;
        inherit (merged) highestPrio isDefined;
        loc = path;
        declarations = files;
        definitions = lib.getValues merged.definitions;
        definitionsWithLocations = merged.definitions;
        files = lib.getFiles merged.definitions;
        value = addErrorContext "while evaluating the option `${showOption path}':" (
          apply merged.mergedValue
        );
        __toString = _: showOption path;
      };

  # The options below a path, and the definitions there that no option takes.
  mergeLevel =
    path: declared: defined:
    let
      named =
        field: found:
        mapAttrs (_: value: {
          inherit (found) file;
          ${field} = value;
        }) found.${field};
      declarations = lib.zipAttrs (map (named "options") declared);
      definitions = lib.zipAttrs (map (named "config") defined);

      at =
        name: found:
        let
          here = path ++ [ name ];
          given = definitions.${name} or [ ];
        in
        if lib.all (declaration: isOption declaration.options) found then
          {
            options = evaluateOption here found (
              map (definition: {
                inherit (definition) file;
                value = definition.config;
              }) given
            );
            unmatched = [ ];
          }
        else
          mergeLevel here found (pushedDown given);

      levels = mapAttrs at declarations;
      strangers = removeAttrs definitions (attrNames declarations);
      below = name: definition: definition // { path = [ name ] ++ definition.path; };
      unmatchedBelow = name: level: map (below name) level.unmatched;
    in
    {
      options = mapAttrs (_: level: level.options) levels;
      unmatched =
        if defined == [ ] then
          [ ]
        else
          concatLists (
            lib.mapAttrsToList unmatchedBelow levels
            ++ lib.mapAttrsToList (
              name:
              map (definition: {
                inherit (definition) file;
                path = [ name ];
                value = definition.config;
              })
            ) strangers
          );
    };

  pushedDown = concatMap (
    definition: map (config: definition // { inherit config; }) (pushDown definition.config)
  );

  internal = {
    _file = "lib/modules.nix";
    key = "lib/modules.nix";
    options._module = {
      args = mkOption { type = types.lazyAttrsOf types.raw; };
      check = mkOption {
        type = types.bool;
        default = true;
      };
      freeformType = mkOption {
        type = types.nullOr types.optionType;
        default = null;
      };
      specialArgs = mkOption { readOnly = true; };
    };
  };

  evalModules =
    {
      modules,
      prefix ? [ ],
      specialArgs ? { },
      class ? null,
    }@given:
    let
      arguments = {
        inherit config lib specialArgs;
        inherit (merged) options;
        _class = class;
        _prefix = prefix;
      }
      // specialArgs;

      found = collect class arguments (modules ++ [ (internal // { config = internalConfig; }) ]);
      reversed = lib.reverseList found;
      merged = mergeLevel prefix reversed (pushedDown reversed);

      internalConfig._module = {
        inherit specialArgs;
        args = { inherit extendModules; };
      };

      declaredConfig = lib.mapAttrsRecursiveCond (value: !isOption value) (
        _: option: option.value
      ) merged.options;
      inherit (declaredConfig._module) freeformType;
      freeform = freeformType.merge prefix (
        map (definition: {
          inherit (definition) file;
          value = lib.setAttrByPath definition.path definition.value;
        }) merged.unmatched
      );

      config =
        if freeformType == null || merged.unmatched == [ ] then
          declaredConfig
        else
          lib.recursiveUpdate freeform declaredConfig;

      stranger = head merged.unmatched;
      checked =
        if config._module.check && freeformType == null && merged.unmatched != [ ] then
          throw "The option `${showOption (prefix ++ stranger.path)}' does not exist. Definition values:${showDefs [ stranger ]}"
        else
          lib.id;

      extendModules =
        {
          modules ? [ ],
          specialArgs ? { },
          prefix ? given.prefix or [ ],
        }:
        evalModules (
          given
          // {
            inherit prefix;
            modules = given.modules ++ modules;
            specialArgs = given.specialArgs or { } // specialArgs;
          }
        );
    in
    {
      _type = "configuration";
      options = checked merged.options;
      config = checked (removeAttrs config [ "_module" ]);
      _module = checked config._module;
      inherit class extendModules;
    };
in
{
  inherit evalModules mergeDefinitions;

  setDefaultModuleLocation = file: module: {
    _file = file;
    imports = [ module ];
  };
}
