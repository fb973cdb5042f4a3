# Entries that know what they come before and after.
lib: rec {
  isEntry = value: lib.all (name: value ? ${name}) [ "data" "after" "before" ];
  entryBetween = before: after: data: { inherit after before data; };
  entryAnywhere = entryBetween [ ] [ ];
  entryAfter = entryBetween [ ];
  entryBefore = before: entryBetween before [ ];
}
