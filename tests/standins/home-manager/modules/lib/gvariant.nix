# Values of GVariant, the format of dconf: a type in its notation, and how to write the value.
lib:

let
  value = type: value: write: {
    _type = "gvariant";
    inherit type value;
    __toString = self: write self.value;
  };
  annotated = type: content: value type content (content: "@${type} ${toString content}");
  plain = type: content: value type content toString;
  joined = lib.concatMapStringsSep "," toString;
in
rec {
  isGVariant = lib.isType "gvariant";

  mkValue =
    content:
    {
      bool = mkBoolean content;
      float = mkDouble content;
      int = mkInt32 content;
      list =
        if content == [ ] then
          mkEmptyArray "s"
        else
          mkArray (mkValue (builtins.head content)).type content;
      set = if isGVariant content then content else null;
      string = mkString content;
    }
    .${builtins.typeOf content} or null;

  mkBoolean = content: value "b" content lib.boolToString;
  mkDouble = plain "d";
  mkInt32 = plain "i";
  mkUint32 = annotated "u";
  mkInt64 = annotated "x";
  mkString =
    content:
    value "s" content (
      text: "'${builtins.replaceStrings [ "\n" ] [ "\\n" ] (lib.escape [ "'" "\\" ] text)}'"
    );

  mkEmptyArray = type: mkArray type [ ];
  mkArray =
    type: items: value "a${type}" (map mkValue items) (items: "@a${type} [${joined items}]");
  mkTuple =
    items:
    let
      values = map mkValue items;
      type = "(${lib.concatMapStrings (item: item.type) values})";
    in
    value type values (values: "@${type} (${joined values})");
}
