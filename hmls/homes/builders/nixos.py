"""`nixpkgs.lib.nixosSystem`. Source: nixpkgs flake.nix, nixos/lib/eval-config.nix."""

from __future__ import annotations

from hmls.homes.builders.configuration import (
    Configuration,
    Environment,
    Kind,
    module_arguments,
    returned,
)
from hmls.homes.builders.system_options import system_options
from hmls.lang.errors import NixError, Unknowable
from hmls.lang.force import MISSING, call, delayed, expect_attrs, force, get, get_lazy, select
from hmls.lang.interp import Interp
from hmls.lang.values import Attrs, Cause, Lazy, OpenAttrs, Primop, Unknown, Value
from hmls.modules.collect import Given
from hmls.modules.evaluation import Evaluation

CLASSES = {"nixos": "nixos", "darwin": "darwin", "droid": "nixOnDroid", "home": "homeManager"}
"""`_class` of the modules of each kind."""
MODULES: dict[Kind, str] = {"nixos": "nixos/modules", "darwin": "modules"}
"""Where a system's own modules lie in its sources."""
_NO_PLATFORM = Cause("impure", "the system says nowhere what platform it is")


def nixpkgs_lib(interp: Interp, lib: Attrs | None = None, source: str | None = None) -> Value:
    """`nixpkgs.lib` as a flake has it: the library with `nixosSystem`.

    `source` is the store path of nixpkgs, where it can be read.
    """
    own = Attrs({"nixosSystem": eval_config(interp, source)})
    plain = interp.lib if lib is None else lib
    # Extended and not updated, so that what `lib.extend` makes of it has it too.
    return call(select(plain, "extend"), Primop("", 2, lambda _final, _prev: own))


def eval_config(interp: Interp, source: str | None = None) -> Primop:
    """`nixosSystem` and `import <nixpkgs/nixos/lib/eval-config.nix>`."""
    return Primop(
        "nixosSystem",
        1,
        lambda given: system_configuration(interp, "nixos", expect_attrs(given), source),
    )


def system_configuration(
    interp: Interp, kind: Kind, given: Attrs, source: str | None = None
) -> Value:
    """A system of NixOS or nix-darwin from its modules.

    `source` is the store path of what it is made with, where that can be read.
    """
    modules = get_lazy(given, "modules")
    modules = [] if modules is MISSING else modules
    special = get_lazy(given, "specialArgs")
    lib = get_lazy(given, "lib")

    def evaluate(environment: Environment) -> Evaluation:
        return evaluate_system(
            environment,
            kind,
            modules=modules,
            special=Attrs() if special is MISSING else special,
            lib=environment.interp.lib if lib is MISSING else lib,
            platform=get_lazy(given, "system"),
            packages=get_lazy(given, "pkgs"),
            modules_path=None if source is None else f"{source}/{MODULES[kind]}",
        )

    configuration = Configuration(
        kind=kind,
        evaluate=evaluate,
        platform=delayed(lambda: _platform_of(interp, given, evaluate)),
        modules=modules,
        modules_site=given.positions.get("modules"),
    )
    return returned(interp, configuration)


def _platform_of(interp: Interp, given: Attrs, evaluate: object) -> Value:
    from hmls.homes.builders.configuration import environment_of

    platform = get(given, "system")
    if platform is not MISSING and platform is not None:
        return platform
    packages = get(given, "pkgs")
    if isinstance(packages, Attrs):
        return get(packages, "system")
    evaluation: Evaluation = evaluate(environment_of(interp))  # type: ignore[operator]
    return platform_of(evaluation)


def platform_of(evaluation: Evaluation) -> Value:
    """The system of `nixpkgs.hostPlatform`, or of the older `localSystem` and `system` beside it.

    Source: nixos/modules/misc/nixpkgs.nix, which takes the older ones where nobody defines
    `hostPlatform`.
    """
    try:
        nixpkgs = expect_attrs(get(expect_attrs(evaluation.raw_config), "nixpkgs"))
        for name in ("hostPlatform", "localSystem", "system"):
            found = _if_defined(nixpkgs, name)
            if found is not MISSING:
                return get(found, "system") if isinstance(found, Attrs) else found
        if evaluation.collected.unread:
            return Unknown("nixpkgs.hostPlatform", _NO_PLATFORM)
        return get(nixpkgs, "hostPlatform")
    except Unknowable as stop:
        return stop.unknown


def _if_defined(options: Attrs, name: str) -> Value:
    """The value of an option, or MISSING where nobody gives it one."""
    try:
        return get(options, name)
    except NixError:
        return MISSING


def evaluate_system(
    environment: Environment,
    kind: Kind,
    *,
    modules: Lazy,
    special: Lazy,
    lib: Lazy,
    platform: Lazy,
    packages: Lazy,
    modules_path: str | None = None,
) -> Evaluation:
    """The system's own modules, over what is known of NixOS itself."""
    from hmls.homes.packages import packages_for

    own = Attrs({"imports": modules})
    given = [Given(own), *environment.system_modules(kind)]
    if kind != "droid":
        given.insert(1, Given(system_options(environment.system, kind), origin=kind))
    if platform is not MISSING and force(platform) is not None:
        given.append(Given(_platform_module(platform), origin="builder"))
    extra = force(special)
    base: dict[str, Lazy] = {
        "modulesPath": modules_path
        or Unknown("modulesPath", Cause("missing-input", "nixpkgs was not read")),
    }
    if isinstance(extra, OpenAttrs):
        special_args: Attrs = OpenAttrs(
            {**base, **extra}, extra.rest, extra.positions, extra.absent
        )
    elif isinstance(extra, Unknown):
        special_args = OpenAttrs(base, extra)
    else:
        known = expect_attrs(extra)
        special_args = Attrs({**base, **known}, known.positions)

    def system_packages() -> Value:
        if packages is not MISSING and force(packages) is not None:
            return force(packages)
        section = delayed(lambda: get(expect_attrs(evaluation.raw_config), "nixpkgs"))
        return packages_for(
            environment.interp,
            delayed(lambda: platform_of(evaluation)),
            config=delayed(lambda: _nixpkgs_config(section)),
        )

    arguments: dict[str, Lazy] = {
        "pkgs": delayed(system_packages),
        "utils": Unknown("utils", Cause("missing-input", "nixpkgs was not read")),
    }
    given.append(Given(module_arguments(arguments), origin="builder"))
    evaluation = Evaluation(
        environment.modules_with(lib), given, special_args=special_args, module_class=CLASSES[kind]
    )
    return evaluation


def _nixpkgs_config(section: Lazy) -> Value:
    value = force(section)
    found = get(value, "config") if isinstance(value, Attrs) else MISSING
    return Unknown("pkgs.config", _NO_PLATFORM) if found is MISSING else found


def _platform_module(platform: Lazy) -> Attrs:
    """What `nixosSystem { system = …; }` adds."""
    default = Attrs({"_type": "override", "priority": 1000, "content": platform})
    return Attrs({"config": Attrs({"nixpkgs": Attrs({"hostPlatform": default})})})
