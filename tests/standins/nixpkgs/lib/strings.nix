lib:

let
  inherit (builtins)
    concatStringsSep
    genList
    replaceStrings
    stringLength
    substring
    ;

  lowerLetters = lib.stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperLetters = lib.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
in
rec {
  inherit (builtins)
    concatStringsSep
    match
    replaceStrings
    split
    stringLength
    substring
    unsafeDiscardStringContext
    ;

  concatStrings = concatStringsSep "";
  concatLines = lines: concatStrings (map (line: line + "\n") lines);
  concatMapStrings = function: values: concatStrings (map function values);
  concatMapStringsSep =
    separator: function: values:
    concatStringsSep separator (map function values);
  concatMapAttrsStringSep =
    separator: function: set:
    concatStringsSep separator (lib.mapAttrsToList function set);
  concatImapStringsSep =
    separator: function: values:
    concatStringsSep separator (lib.imap1 function values);
  optionalString = condition: text: if condition then text else "";
  stringToCharacters = text: genList (n: substring n 1 text) (stringLength text);
  replicate = count: value: genList (_: value) count;
  strings = { inherit replicate; };

  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      rest = stringLength text - stringLength suffix;
    in
    rest >= 0 && substring rest (-1) text == suffix;
  hasInfix =
    infix: text:
    builtins.match ".*${escapeRegex infix}.*" (replaceStrings [ "\n" ] [ " " ] text) != null;
  removePrefix =
    prefix: text: if hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then
      substring 0 (stringLength text - stringLength suffix) text
    else
      text;
  splitString =
    separator: text:
    builtins.filter builtins.isString (builtins.split (escapeRegex separator) text);
  trim = text: builtins.head (builtins.match "[ \t\r\n]*(.*[^ \t\r\n])?[ \t\r\n]*" text ++ [ "" ]);
  toLower = replaceStrings upperLetters lowerLetters;
  toUpper = replaceStrings lowerLetters upperLetters;
  fixedWidthString =
    width: filler: text:
    if stringLength text >= width then text else fixedWidthString width filler (filler + text);

  escape = characters: replaceStrings characters (map (c: "\\" + c) characters);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg =
    value:
    let
      text = toString value;
    in
    if builtins.match "[[:alnum:],._+:@%/-]+" text != null then
      text
    else
      "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeNixString = text: escape [ "$" ] (builtins.toJSON text);
  escapeNixIdentifier =
    text:
    if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" text != null then text else escapeNixString text;

  versionAtLeast = a: b: builtins.compareVersions a b >= 0;
  versionOlder = a: b: builtins.compareVersions a b < 0;
  makeBinPath = concatMapStringsSep ":" (package: "${lib.getBin package}/bin");
  getName = package: package.pname or (builtins.parseDrvName package.name).name;
  fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  getVersion = package: package.version or (builtins.parseDrvName package.name).version;
}
