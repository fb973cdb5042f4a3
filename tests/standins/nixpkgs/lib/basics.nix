# Functions on values, lists and attribute sets.
lib:

let
  inherit (builtins)
    attrNames
    concatLists
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    length
    listToAttrs
    ;
in
rec {
  inherit (builtins)
    add
    all
    any
    attrNames
    attrValues
    catAttrs
    compareVersions
    concatLists
    concatMap
    deepSeq
    elem
    elemAt
    filter
    foldl'
    fromJSON
    genList
    genericClosure
    groupBy
    hasAttr
    head
    intersectAttrs
    isAttrs
    isBool
    isFloat
    isInt
    isList
    isPath
    isString
    length
    lessThan
    listToAttrs
    map
    mapAttrs
    partition
    pathExists
    readFile
    removeAttrs
    seq
    sort
    tail
    toJSON
    tryEval
    typeOf
    zipAttrsWith
    ;

  id = value: value;
  const = value: _: value;
  flip =
    function: a: b:
    function b a;
  pipe = foldl' (value: function: function value);
  fix =
    function:
    let
      value = function value;
    in
    value;

  isFunction = value: builtins.isFunction value || isAttrs value && value ? __functor;
  functionArgs =
    function:
    if isAttrs function then
      function.__functionArgs or (functionArgs (function.__functor function))
    else
      builtins.functionArgs function;

  boolToString = value: if value then "true" else "false";
  max = a: b: if a < b then b else a;
  min = a: b: if a < b then a else b;
  mod = a: b: a - b * (a / b);

  throwIf = condition: message: if condition then throw message else id;
  throwIfNot = condition: throwIf (!condition);
  assertMsg = condition: message: condition || throw message;
  warn = message: builtins.warn message;
  warnIf = condition: message: if condition then builtins.warn message else id;
  importJSON = path: builtins.fromJSON (builtins.readFile path);
  importTOML = path: builtins.fromTOML (builtins.readFile path);

  # Lists
  singleton = value: [ value ];
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  toList = value: if builtins.isList value then value else [ value ];
  range = first: last: genList (n: first + n) (max 0 (last - first + 1));
  imap0 = function: values: genList (n: function n (elemAt values n)) (length values);
  imap1 = function: imap0 (n: function (n + 1));
  last = values: elemAt values (length values - 1);
  init = values: genList (elemAt values) (length values - 1);
  take = count: values: genList (elemAt values) (min count (length values));
  drop = count: values: genList (n: elemAt values (n + count)) (max 0 (length values - count));
  reverseList = values: genList (n: elemAt values (length values - n - 1)) (length values);
  foldr =
    function: start: values:
    foldl' (rest: value: function value rest) start (reverseList values);
  flatten = value: if builtins.isList value then builtins.concatMap flatten value else [ value ];
  remove = value: filter (other: other != value);
  subtractLists = gone: filter (value: !builtins.elem value gone);
  intersectLists = kept: filter (value: builtins.elem value kept);
  unique = foldl' (seen: value: if builtins.elem value seen then seen else seen ++ [ value ]) [ ];
  count = test: values: length (filter test values);
  findFirst =
    test: fallback: values:
    let
      found = filter test values;
    in
    if found == [ ] then fallback else head found;
  zipListsWith =
    function: a: b:
    genList (n: function (elemAt a n) (elemAt b n)) (min (length a) (length b));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  sortOn = key: builtins.sort (a: b: key a < key b);

  # Attribute sets
  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: function: listToAttrs (map (name: nameValuePair name (function name)) names);
  optionalAttrs = condition: set: if condition then set else { };
  mergeAttrs = a: b: a // b;
  mergeAttrsList = foldl' mergeAttrs { };
  attrsToList = mapAttrsToList nameValuePair;
  getAttrs = names: set: genAttrs names (name: set.${name});
  mapAttrs' = function: set: listToAttrs (mapAttrsToList function set);
  mapAttrsToList = function: set: map (name: function name set.${name}) (attrNames set);
  concatMapAttrs = function: set: mergeAttrsList (mapAttrsToList function set);
  filterAttrs =
    test: set:
    builtins.removeAttrs set (filter (name: !test name set.${name}) (attrNames set));
  foldlAttrs =
    function: start: set:
    foldl' (rest: name: function rest name set.${name}) start (attrNames set);
  setAttrByPath =
    path: value:
    if path == [ ] then value else { ${head path} = setAttrByPath (builtins.tail path) value; };
  attrByPath =
    path: fallback: set:
    if path == [ ] then
      set
    else if isAttrs set && set ? ${head path} then
      attrByPath (builtins.tail path) fallback set.${head path}
    else
      fallback;
  hasAttrByPath =
    path: set:
    path == [ ]
    || isAttrs set && set ? ${head path} && hasAttrByPath (builtins.tail path) set.${head path};
  getAttrFromPath =
    path:
    attrByPath path (throw "cannot find attribute `${builtins.concatStringsSep "." path}'");
  recursiveUpdate =
    a: b:
    a
    // builtins.mapAttrs (
      name: value:
      let
        other = a.${name} or null;
      in
      if isAttrs value && isAttrs other then recursiveUpdate other value else value
    ) b;
  mapAttrsRecursiveCond =
    goOn: function:
    let
      at =
        path:
        builtins.mapAttrs (
          name: value:
          if isAttrs value && goOn value then
            at (path ++ [ name ]) value
          else
            function (path ++ [ name ]) value
        );
    in
    at [ ];
  mapAttrsRecursive = mapAttrsRecursiveCond (_: true);
  collect =
    test: value:
    if test value then
      [ value ]
    else
      concatLists (mapAttrsToList (_: collect test) (lib.optionalAttrs (isAttrs value) value));
  zipAttrs = builtins.zipAttrsWith (_: values: values);
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };

  # Packages
  isDerivation = value: value.type or null == "derivation";
  isType = type: value: value._type or null == type;
  getExe = package: getExe' package (package.meta.mainProgram or package.pname);
  getExe' = package: name: "${getBin package}/bin/${name}";
  getBin = getOutput "bin";
  getOutput = output: package: package.${output} or package.out or package;
  licenses = genAttrs [
    "free"
    "gpl3Plus"
    "mit"
    "unfree"
  ] (shortName: { inherit shortName; });
  maintainers = { };
  platforms = {
    linux = [
      "x86_64-linux"
      "aarch64-linux"
    ];
    darwin = [ "aarch64-darwin" ];
  };
}
