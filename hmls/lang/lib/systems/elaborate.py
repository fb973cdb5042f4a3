"""lib.systems.elaborate: all that is known of a platform, such as stdenv.hostPlatform.

Source: nixpkgs lib/systems/default.nix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hmls.lang import coerce
from hmls.lang.compare import equal
from hmls.lang.errors import AssertionFailed, Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    call,
    expect_attrs,
    expect_bool,
    expect_list,
    expect_string,
    force,
    get,
    get_lazy,
    has,
    select,
)
from hmls.lang.lib.support import NEEDS_PACKAGES, function
from hmls.lang.lib.systems import architectures, parse, platforms
from hmls.lang.lib.systems.predicates import PATTERNS, matches_any
from hmls.lang.lib.systems.toolchains import go_platform, nim_platform, node_platform, rust_platform
from hmls.lang.lib.systems.view import View
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value

FUNCTION_NAMES = ("canExecute", "emulator", "emulatorAvailable", "staticEmulatorAvailable")
_DERIVED_NAMES = frozenset(("parsed", "system", "_withoutFunctions"))


def elaborate(system: Lazy) -> Attrs:
    """A platform from a system string, or from a set of which some attributes are given."""
    value = force(system)
    if isinstance(value, Unknown):
        raise Unknowable(value)
    given = value if isinstance(value, Attrs) else Attrs({"system": value})
    args = Attrs({name: lazy for name, lazy in given.items() if name not in _DERIVED_NAMES})
    final = Attrs()
    view = View(final, args)
    final["parsed"] = Thunk(_parsed, given)
    final.update({name: Thunk(compute, view) for name, compute in _COMPUTED.items()})
    final.update({name: Thunk(_predicate(PATTERNS[name]), view) for name in PATTERNS})
    for name, feature in architectures.PREDICATES.items():
        final[name] = Thunk(_feature(feature), view)
    final.update(args)
    final["rust"] = Thunk(rust_platform, view)
    final["go"] = Thunk(go_platform, view)
    final["node"] = Thunk(node_platform, view)
    final["nim"] = Thunk(nim_platform, view)
    _check(view)
    return final


def _check(view: View) -> None:
    if "linux-kernel" in view.args:
        raise Thrown(
            "lib.systems.elaborate: linux-kernel has been removed; see the 26.11 release notes"
        )
    if view.is_("useAndroidPrebuilt") and not view.is_("isAndroid"):
        raise AssertionFailed(
            "assertion '((final).useAndroidPrebuilt -> (final).isAndroid)' failed"
        )
    checks = get(view.part("abi"), "assertions")
    for check in [] if checks is MISSING else expect_list(checks):
        if not expect_bool(call(select(expect_attrs(check), "assertion"), view.final)):
            raise Thrown(expect_string(select(expect_attrs(check), "message")))


def _parsed(given: Attrs) -> Value:
    config = get_lazy(given, "config")
    return parse.parse(coerce.coerce(select(given, "system") if config is MISSING else config))


def _predicate(patterns: Value) -> Callable[[View], Value]:
    return lambda view: matches_any(patterns, view.attrs("parsed"))


def _feature(feature: str) -> Callable[[View], Value]:
    def check(view: View) -> Value:
        arch = get(view.attrs("gcc"), "arch")
        return architectures.supports(feature, "default" if arch is MISSING else arch)

    return check


def _without_functions(view: View) -> Value:
    ignored = (*FUNCTION_NAMES, "_withoutFunctions")
    return Attrs({name: lazy for name, lazy in view.final.items() if name not in ignored})


_LIBRARIES: tuple[tuple[str, str | None], ...] = (
    ("isDarwin", "libSystem"),
    ("isMsvc", "ucrt"),
    ("isMinGW", "msvcrt"),
    ("isCygwin", "cygwin"),
    ("isWasi", "wasilibc"),
    ("isWasm", None),
    ("isRedox", "relibc"),
    ("isMusl", "musl"),
    ("isUClibc", "uclibc"),
    ("isAndroid", "bionic"),
    ("isLinux", "glibc"),
    ("isFreeBSD", "fblibc"),
    ("isOpenBSD", "oblibc"),
    ("isNetBSD", "nblibc"),
    ("isAvr", "avrlibc"),
    ("isGhcjs", None),
    ("isNone", "newlib"),
)


def _first(view: View, choices: Iterable[tuple[str, Value]], otherwise: Value) -> Value:
    """What belongs to the first predicate that holds."""
    for name, value in choices:
        if view.is_(name):
            return value
    return otherwise


def _linker(view: View) -> Value:
    return _first(view, (("useLLVM", "lld"), ("isDarwin", "cctools")), "bfd")


def _lib_dir(view: View) -> Value:
    if not view.is_("isLinux"):
        return None
    return "lib64" if view.any_of("isx86_64", "isMips64", "isPower64") else "lib"


def _extensions(view: View) -> Value:
    windows = view.any_of("isWindows", "isCygwin")
    made = Attrs(
        {
            "staticLibrary": ".lib" if view.is_("isWindows") else ".a",
            "executable": ".exe" if windows else "",
        }
    )
    if view.is_("hasSharedLibraries"):
        made["sharedLibrary"] = ".dylib" if view.is_("isDarwin") else ".dll" if windows else ".so"
    which = "staticLibrary" if view.is_("isStatic") else "sharedLibrary"
    made["library"] = Thunk(lambda _view: select(made, which), view)
    return made


_UNAMES = {
    "linux": "Linux",
    "windows": "Windows",
    "cygwin": "CYGWIN_NT",
    "darwin": "Darwin",
    "netbsd": "NetBSD",
    "freebsd": "FreeBSD",
    "openbsd": "OpenBSD",
    "wasi": "Wasi",
    "redox": "Redox",
    "genode": "Genode",
}


def _uname(view: View) -> Value:
    return Attrs(
        {
            "system": Thunk(lambda v: _UNAMES.get(v.name_of("kernel")), view),
            "processor": Thunk(_processor, view),
            "release": None,
        }
    )


def _processor(view: View) -> Value:
    little = "le" if view.is_("isLittleEndian") else ""
    if view.is_("isPower64"):
        return f"ppc64{little}"
    if view.is_("isPower"):
        return f"ppc{little}"
    if view.is_("isMips64"):
        return "mips64"
    return view.value("darwinArch") if view.is_("isDarwin") else view.name_of("cpu")


def _has_shared_libraries(view: View) -> Value:
    return view.any_of(
        "isAndroid", "isGnu", "isMusl", "isDarwin", "isSunOS", "isOpenBSD", "isFreeBSD",
        "isNetBSD", "isCygwin", "isMinGW", "isWindows", "isWasm",
    ) and not view.is_("isStatic")  # fmt: skip


def _gcc(view: View) -> Value:
    selected = expect_attrs(platforms.select_platform(view.final))
    found = get(selected, "gcc")
    if found is not MISSING:
        return found
    given = get(view.args, "gcc")
    return Attrs() if given is MISSING else given


def _linux_arch(view: View) -> Value:
    choices = (
        ("isAarch32", "arm"),
        ("isAarch64", "arm64"),
        ("isx86_32", "i386"),
        ("isx86_64", "x86_64"),
        ("isMicroBlaze", "microblaze"),
        ("isMips32", "mips"),
        ("isMips64", "mips"),
        ("isPower", "powerpc"),
        ("isRiscV", "riscv"),
        ("isSh4", "sh"),
        ("isS390", "s390"),
        ("isLoongArch64", "loongarch"),
    )
    return _first(view, choices, None) or view.name_of("cpu")


def _uboot_arch(view: View) -> Value:
    choices = (("isx86_32", "x86"), ("isMips64", "mips64"))
    return _first(view, choices, None) or view.value("linuxArch")


def _qemu_arch(view: View) -> Value:
    little = "el" if view.is_("isLittleEndian") else ""
    if view.is_("isS390") and not view.is_("isS390x"):
        return None
    choices = (
        ("isAarch32", "arm"),
        ("isAarch64", "aarch64_be" if view.is_("isBigEndian") else "aarch64"),
        ("isx86_64", "x86_64"),
        ("isx86", "i386"),
        ("isMips64n32", f"mipsn32{little}"),
        ("isMips64", f"mips64{little}"),
    )
    return _first(view, choices, None) or select(view.attrs("uname"), "processor")


def _efi_arch(view: View) -> Value:
    choices = (
        ("isx86_32", "ia32"),
        ("isx86_64", "x64"),
        ("isAarch32", "arm"),
        ("isAarch64", "aa64"),
    )
    return _first(view, choices, None) or view.name_of("cpu")


def _darwin_sdk_version(view: View) -> Value:
    given = get(view.final, "sdkVer")
    return "14.4" if given is MISSING else given


def _given(name: str) -> Callable[[View], Value]:
    def look(view: View) -> Value:
        found = get(view.args, name)
        return None if found is MISSING else found

    return look


def _always(value: Value) -> Callable[[View], Value]:
    return lambda _view: value


def _rustc(view: View) -> Value:
    return view.args.get("rustc", Attrs())


def _can_execute(view: View) -> Value:
    return function(lambda platform: executes(view, expect_attrs(platform)))


def executes(view: View, platform: Attrs) -> bool:
    """Whether binaries of another platform run on this one."""
    theirs = expect_attrs(select(platform, "parsed"))
    our_cpu, their_cpu = view.part("cpu"), select(theirs, "cpu")
    return (
        view.is_("isAndroid") == expect_bool(select(platform, "isAndroid"))
        and parse.is_compatible(our_cpu, their_cpu)
        and equal(view.part("kernel"), select(theirs, "kernel"))
        and (not equal(our_cpu, their_cpu) or _has_instructions(view, platform))
    )


def _has_instructions(view: View, platform: Attrs) -> bool:
    if not has(platform, "gcc") or not has(expect_attrs(select(platform, "gcc")), "arch"):
        return True
    ours = get(view.attrs("gcc"), "arch")
    theirs = select(expect_attrs(select(platform, "gcc")), "arch")
    return ours is not MISSING and bool(architectures.can_execute(ours, theirs))


def _asking_packages(name: str) -> Callable[[View], Value]:
    """A function of a package set, whose answer is not known."""

    def ask(_pkgs: Lazy) -> Value:
        raise Unknowable(Unknown(f"hostPlatform.{name} pkgs", NEEDS_PACKAGES))

    return lambda _view: function(ask)


_DARWIN_TARGETS = (("isMacOS", "MACOSX_DEPLOYMENT_TARGET"), ("isiOS", "IPHONEOS_DEPLOYMENT_TARGET"))
_COMPUTED: dict[str, Callable[[View], Value]] = {
    "_withoutFunctions": _without_functions,
    "system": lambda view: parse.double_from_system(view.attrs("parsed")),
    "config": lambda view: parse.triple_from_system(view.attrs("parsed")),
    "canExecute": _can_execute,
    "useLLVM": lambda view: view.any_of("isFreeBSD", "isOpenBSD"),
    "libc": lambda view: _first(view, _LIBRARIES, "native/impure"),
    "linker": _linker,
    "libDir": _lib_dir,
    "extensions": _extensions,
    "useAndroidPrebuilt": _always(False),
    "useiOSPrebuilt": _always(False),
    "uname": _uname,
    "hasSharedLibraries": _has_shared_libraries,
    "isStatic": lambda view: view.any_of("isWasi", "isRedox"),
    "gcc": _gcc,
    "rustc": _rustc,
    "linuxArch": _linux_arch,
    "ubootArch": _uboot_arch,
    "qemuArch": _qemu_arch,
    "efiArch": _efi_arch,
    "darwinArch": lambda view: parse.darwin_arch(view.part("cpu")),
    "darwinPlatform": lambda view: _first(view, (("isMacOS", "macos"), ("isiOS", "ios")), None),
    "darwinSdkVersion": _darwin_sdk_version,
    "darwinMinVersion": _always("14.0"),
    "darwinMinVersionVariable": lambda view: _first(view, _DARWIN_TARGETS, None),
    "androidSdkVersion": _given("androidSdkVersion"),
    "androidNdkVersion": _given("androidNdkVersion"),
    "emulatorAvailable": _asking_packages("emulatorAvailable"),
    "staticEmulatorAvailable": _asking_packages("staticEmulatorAvailable"),
    "emulator": _asking_packages("emulator"),
}
