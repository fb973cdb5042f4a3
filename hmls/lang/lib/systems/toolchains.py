"""How compilers and runtimes name a platform: its attributes rust, go, node and nim.

Source: nixpkgs lib/systems/default.nix.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from hmls.lang.errors import Unknowable
from hmls.lang.force import MISSING, expect_attrs, expect_string, force, get, has, select
from hmls.lang.lib.support import NOT_NATIVE
from hmls.lang.lib.systems.view import View
from hmls.lang.values import Attrs, Lazy, Thunk, Unknown, Value, type_name

Choices = Sequence[tuple[tuple[str, ...], Value]]


def _choose(view: View, choices: Choices) -> Value:
    """What belongs to the first group of predicates that all hold, or null."""
    for flags, value in choices:
        if all(view.is_(flag) for flag in flags):
            return value
    return None


def _given(view: View) -> Attrs:
    """What was given about Rust."""
    for name in ("rust", "rustc"):
        found = get(view.args, name)
        if found is not MISSING:
            return expect_attrs(found)
    return Attrs()


def rust_platform(view: View) -> Value:
    given = _given(view)
    made = Attrs(given)
    made["platform"] = Thunk(_rust_platform, view)
    made["rustcTargetSpec"] = Thunk(_rust_target, view)
    made["cargoShortTarget"] = Thunk(_cargo_target, view)
    made["rustcTarget"] = given.get("rustcTarget", made["cargoShortTarget"])
    made["cargoEnvVarTarget"] = Thunk(lambda v: _cargo_target(v).upper().replace("-", "_"), view)
    made["isNoStdTarget"] = Thunk(_has_no_std, view)
    return made


def _has_no_std(view: View) -> Value:
    target = expect_string(select(view.attrs("rust"), "rustcTarget"))
    return any(part in target for part in ("-none", "nvptx", "switch", "-uefi"))


def _cargo_target(view: View) -> str:
    target = expect_string(select(view.attrs("rust"), "rustcTargetSpec"))
    return posixpath.basename(target).removesuffix(".json")


def _rust_platform(view: View) -> Value:
    given = _given(view)
    made = Attrs(expect_attrs(given["platform"]) if "platform" in given else {})
    if get(given, "rustcTargetSpec") is not MISSING and "platform" not in given:
        raise Unknowable(Unknown("rust.platform", NOT_NATIVE))
    own = dict(made)
    made["arch"] = own["arch"] if "platform" in given else Thunk(_rust_arch, view)
    made["os"] = own.get("os", "none") if "platform" in given else Thunk(_rust_os, view)
    made["target-family"] = Thunk(_rust_family, view)
    made["vendor"] = own.get("vendor", Thunk(_rust_vendor, view))
    return made


def _rust_arch(view: View) -> Value:
    choices: Choices = (
        (("isAarch32",), "arm"),
        (("isMips64",), "mips64"),
        (("isPower64",), "powerpc64"),
    )
    return _choose(view, choices) or view.name_of("cpu")


def _rust_os(view: View) -> Value:
    if view.is_("isDarwin"):
        return "macos"
    if view.is_("isWasm") and not view.is_("isWasi"):
        return "unknown"
    return view.name_of("kernel")


def _rust_family(view: View) -> Value:
    for name in ("rust", "rustc"):
        args = get(view.args, name)
        platform = get(args, "platform") if isinstance(args, Attrs) else MISSING
        if isinstance(platform, Attrs) and has(platform, "target-family"):
            family = select(platform, "target-family")
            return [family] if name == "rustc" and type_name(family) != "list" else family
    names = (("isUnix", "unix"), ("isWindows", "windows"), ("isWasm", "wasm"))
    return [family for flag, family in names if view.is_(flag)]


def _rust_vendor(view: View) -> Value:
    name = view.name_of("vendor")
    return "pc" if name == "w64" else name


_RUST_CPUS = {
    "armv7a": "armv7",
    "armv7l": "armv7",
    "armv6l": "arm",
    "armv5tel": "armv5te",
    "riscv32": "riscv32gc",
    "riscv64": "riscv64gc",
}


def _rust_target(view: View) -> Value:
    for name, key in (("rust", "rustcTargetSpec"), ("rustc", "config")):
        args = get(view.args, name)
        found = get(args, key) if isinstance(args, Attrs) else MISSING
        if found is not MISSING:
            return found
    given = _given(view)
    if "platform" in given:
        raise Unknowable(Unknown("rust.rustcTargetSpec", NOT_NATIVE))
    target = get(given, "rustcTarget") if "rust" in view.args else MISSING
    if target is not MISSING:
        return target
    cpu_name, abi = view.name_of("cpu"), view.name_of("abi")
    cpu = _RUST_CPUS.get(cpu_name, cpu_name)
    if view.is_("isWasi"):
        return f"{cpu}-wasip1"
    if cpu_name.startswith("powerpc") and abi.startswith("gnuabielfv"):
        abi = "gnu"
    vendor = expect_string(select(expect_attrs(select(view.attrs("rust"), "platform")), "vendor"))
    tail = "" if abi == "unknown" else f"-{abi}"
    return f"{cpu}-{vendor}-{view.name_of('kernel')}{tail}"


_GO_ARCHS = {
    "aarch64": "arm64",
    **dict.fromkeys(("arm", "armv5tel", "armv6l", "armv7l"), "arm"),
    "i686": "386",
    "loongarch64": "loong64",
    "mips": "mips",
    "mips64el": "mips64le",
    "mipsel": "mipsle",
    "powerpc64": "ppc64",
    "powerpc64le": "ppc64le",
    "riscv64": "riscv64",
    "s390x": "s390x",
    "x86_64": "amd64",
    "wasm32": "wasm",
}


def go_platform(view: View) -> Value:
    made: dict[str, Lazy] = {
        "GOARCH": Thunk(lambda v: _GO_ARCHS.get(v.name_of("cpu")), view),
        "GOOS": Thunk(lambda v: "wasip1" if v.is_("isWasi") else v.name_of("kernel"), view),
        "GOARM": Thunk(_go_arm, view),
    }
    return Attrs(made)


def _go_arm(view: View) -> Value:
    version = force(view.part("cpu").get("version", ""))
    return version if version in ("5", "6", "7") else ""


def node_platform(view: View) -> Value:
    return Attrs({"arch": Thunk(_node_arch, view), "platform": Thunk(_node_system, view)})


def _node_arch(view: View) -> Value:
    bits = "64" if view.is_("is64bit") else ""
    little = "el" if view.is_("isLittleEndian") else ""
    choices: Choices = (
        (("isAarch",), f"arm{bits}"),
        (("isMips32",), f"mips{little}"),
        (("isMips64", "isLittleEndian"), "mips64el"),
        (("isPower",), f"ppc{bits}"),
        (("isx86_64",), "x64"),
        (("isx86_32",), "ia32"),
        (("isS390x",), "s390x"),
        (("isRiscV64",), "riscv64"),
        (("isLoongArch64",), "loong64"),
    )
    return _choose(view, choices)


def _node_system(view: View) -> Value:
    choices: Choices = (
        (("isAndroid",), "android"),
        (("isDarwin",), "darwin"),
        (("isFreeBSD",), "freebsd"),
        (("isLinux",), "linux"),
        (("isOpenBSD",), "openbsd"),
        (("isSunOS",), "sunos"),
        (("isWindows",), "win32"),
        (("isCygwin",), "win32"),
    )
    return _choose(view, choices)


def nim_platform(view: View) -> Value:
    return Attrs({"cpu": Thunk(_nim_cpu, view), "os": Thunk(_nim_system, view)})


def _nim_cpu(view: View) -> Value:
    # For MIPS nixpkgs reads is32Bit and is64Bit, which no platform has.
    choices: Choices = (
        (("isAarch32",), "arm"),
        (("isAarch64",), "arm64"),
        (("isAlpha",), "alpha"),
        (("isAvr",), "avr"),
        (("isMips", "is32Bit"), "mips"),
        (("isMips", "is64Bit"), "mips64"),
        (("isMsp430",), "msp430"),
        (("isPower", "is32bit"), "powerpc"),
        (("isPower", "is64bit"), "powerpc64"),
        (("isRiscV", "is64bit"), "riscv64"),
        (("isSparc",), "sparc"),
        (("isx86_32",), "i386"),
        (("isx86_64",), "amd64"),
    )
    return _choose(view, choices)


def _nim_system(view: View) -> Value:
    choices: Choices = (
        (("isAndroid",), "Android"),
        (("isDarwin",), "MacOSX"),
        (("isFreeBSD",), "FreeBSD"),
        (("isGenode",), "Genode"),
        (("isLinux",), "Linux"),
        (("isNetBSD",), "NetBSD"),
        (("isNone",), "Standalone"),
        (("isOpenBSD",), "OpenBSD"),
        (("isWindows",), "Windows"),
        (("isiOS",), "iOS"),
    )
    return _choose(view, choices)
