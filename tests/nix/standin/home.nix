# A home without Home Manager: `activationPackage` is built by /bin/sh alone, and its `activate`
# really links files, sets the profile and keeps generations.
{
  user,
  home,
  system,
  files ? { },
  specialisations ? { },
  forced ? [ ],
  failsLate ? false,
}:
let
  quote = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] text}'";
  lines = builtins.concatStringsSep "\n";
  lines' = texts: builtins.concatStringsSep " " (map quote texts);
  names = builtins.attrNames;

  run =
    name: script:
    derivation {
      inherit name system;
      builder = "/bin/sh";
      args = [
        "-euc"
        script
      ];
      PATH = "/usr/bin:/bin";
    };

  homeFiles = run "home-manager-files" (
    lines (
      [ "mkdir $out" ]
      ++ map (target: ''
        mkdir -p "$(dirname "$out"/${quote target})"
        ln -s ${builtins.toFile "hm_file" files.${target}} "$out"/${quote target}
      '') (names files)
    )
  );

  generation =
    extra:
    run "home-manager-generation" (
      lines (
        [
          ''
            mkdir $out
            ln -s ${homeFiles} $out/home-files
            printf %s ${quote user} > $out/user
            printf %s ${quote home} > $out/home
            echo 1 > $out/gen-version
            printf '%s\n' ${lines' forced} > $out/forced
            sed "s|@generation@|$out|" ${./activate.sh} > $out/activate
            chmod +x $out/activate
          ''
        ]
        ++ extra
      )
    );
in
{
  # What Home Manager's own command line asks for besides: no news.
  config.news.json.output = builtins.toFile "news.json" (
    builtins.toJSON {
      display = "silent";
      entries = [ ];
    }
  );

  activationPackage = generation (
    (if failsLate then [ "touch $out/fails-late" ] else [ ])
    ++ map (name: ''
      mkdir -p $out/specialisation
      ln -s ${specialisations.${name}.activationPackage} $out/specialisation/${quote name}
    '') (names specialisations)
  );
}
