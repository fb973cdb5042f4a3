"""lib.systems.inspect: what kind of system it is, such as isLinux.

Source: nixpkgs lib/systems/inspect.nix.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import expect_attrs, expect_list, force, get, has, names
from hmls.lang.json import to_json
from hmls.lang.lib.support import function
from hmls.lang.lib.systems import parts
from hmls.lang.values import Attrs, Lazy, Unknown, Value, type_name

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()


def matches(pattern: Attrs, attrs: Attrs) -> bool:
    """Whether a set has all attributes of a pattern (`lib.matchAttrs`)."""
    for name in names(pattern):
        if not has(attrs, name):
            return False
        wanted, found = get(pattern, name), get(attrs, name)
        if isinstance(found, Unknown):
            raise Unknowable(found)
        if isinstance(wanted, Attrs):
            if not isinstance(found, Attrs) or not matches(wanted, found):
                return False
        elif not equal(wanted, found):
            return False
    return True


def matches_any(patterns: Value, attrs: Attrs) -> bool:
    """Whether a set matches one of several patterns, or the only one."""
    if type_name(patterns) != "list":
        return matches(expect_attrs(patterns), attrs)
    return any(matches(expect_attrs(pattern), attrs) for pattern in expect_list(patterns))


def _family(name: str, bits: int | None = None) -> Attrs:
    cpu: dict[str, Lazy] = {"family": name}
    if bits is not None:
        cpu["bits"] = bits
    return Attrs({"cpu": Attrs(cpu)})


@cache
def _abi(name: str) -> Attrs:
    abi = expect_attrs(parts.abis[name])
    return Attrs({"abi": Attrs({k: v for k, v in abi.items() if k != "assertions"})})


def _of_abi(value: str) -> Attrs:
    return Attrs({"abi": Attrs({"abi": value})})


def _kernel(name: str) -> Attrs:
    return Attrs({"kernel": parts.kernels[name]})


def _kernel_family(name: str) -> Attrs:
    families = Attrs({name: parts.kernel_families[name]})
    return Attrs({"kernel": Attrs({"families": families})})


def _format(name: str) -> Attrs:
    return Attrs({"kernel": Attrs({"execFormat": parts.exec_formats[name]})})


def _both(*patterns: Attrs) -> Attrs:
    made = Attrs()
    for pattern in patterns:
        made.update(pattern)
    return made


def _patterns() -> Attrs:
    made: dict[str, Lazy] = {
        "isi686": Attrs({"cpu": parts.cpu_types["i686"]}),
        "isJavaScript": Attrs({"cpu": parts.cpu_types["javascript"]}),
        "isArmv7": [
            Attrs({"cpu": Attrs({"arch": cpu["arch"]})})
            for _, cpu in sorted(parts.cpu_types.items())
            if cpu.get("arch", "").startswith("armv7")
        ],
        "isAbiElfv1": _of_abi("elfv1"),
        "isAbiElfv2": [
            _of_abi("elfv2"),
            _both(Attrs({"abi": Attrs({"name": "musl"})}), _family("power", 64)),
        ],
        "isMips64n32": _both(_family("mips", 64), _of_abi("n32")),
        "isMips64n64": _both(_family("mips", 64), _of_abi("64")),
        "is32bit": Attrs({"cpu": Attrs({"bits": 32})}),
        "is64bit": Attrs({"cpu": Attrs({"bits": 64})}),
        "isILP32": [_family("wasm", 32), _of_abi("n32"), _of_abi("ilp32"), _of_abi("x32")],
        "isBSD": _kernel_family("bsd"),
        "isDarwin": _kernel_family("darwin"),
        "isFreeBSD": Attrs({"kernel": Attrs({"name": "freebsd"})}),
        "isMinGW": _both(_kernel("windows"), _abi("gnu")),
        "isMsvc": _both(_kernel("windows"), _abi("msvc")),
        "isUefi": [_kernel("uefi")],
        "isAndroid": [_abi("android"), _abi("androideabi")],
        "isGnu": [_abi(name) for name in _GNU_ABIS],
        "isMusl": [_abi(name) for name in _MUSL_ABIS],
        "isUClibc": [_abi(name) for name in ("uclibc", "uclibceabi", "uclibceabihf")],
        "isEfi": [
            *(
                Attrs({"cpu": Attrs({"family": "arm", "version": version})})
                for version in ("6", "7", "8")
            ),
            *(_family(name) for name in ("riscv", "x86", "loongarch")),
        ],
        "isElf": _format("elf"),
        "isMacho": _format("macho"),
        "isPE": _format("pe"),
        "isEabi": Attrs({"abi": Attrs({"eabi": True})}),
    }
    made |= {f"is{name}": _family(*family) for name, family in _FAMILIES.items()}
    made |= {f"is{name}": _kernel(kernel) for name, kernel in _KERNELS.items()}
    for order in ("Big", "Little"):
        byte = parts.significant_bytes[f"{order.lower()}Endian"]
        made[f"is{order}Endian"] = Attrs({"cpu": Attrs({"significantByte": byte})})
    made["isUnix"] = [
        made[f"is{name}"] for name in ("BSD", "Darwin", "Linux", "SunOS", "Cygwin", "Redox")
    ]
    return Attrs(made)


_GNU_ABIS = (
    "gnuabi64", "gnuabin32", "gnu", "gnueabi", "gnueabihf", "gnuabielfv1", "gnuabielfv2",
)  # fmt: skip
_MUSL_ABIS = ("musl", "musleabi", "musleabihf", "muslabin32", "muslabi64")
_FAMILIES: dict[str, tuple[str] | tuple[str, int]] = {
    "x86_32": ("x86", 32),
    "x86_64": ("x86", 64),
    "x86": ("x86",),
    "Power": ("power",),
    "Power64": ("power", 64),
    "Aarch32": ("arm", 32),
    "Aarch64": ("arm", 64),
    "Aarch": ("arm",),
    "MicroBlaze": ("microblaze",),
    "Mips": ("mips",),
    "Mips32": ("mips", 32),
    "Mips64": ("mips", 64),
    "Mmix": ("mmix",),
    "RiscV": ("riscv",),
    "RiscV32": ("riscv", 32),
    "RiscV64": ("riscv", 64),
    "Rx": ("rx",),
    "Sparc": ("sparc",),
    "Sparc64": ("sparc", 64),
    "Wasm": ("wasm",),
    "Msp430": ("msp430",),
    "Vc4": ("vc4",),
    "Avr": ("avr",),
    "Alpha": ("alpha",),
    "Or1k": ("or1k",),
    "M68k": ("m68k",),
    "Arc": ("arc",),
    "Sh4": ("sh",),
    "S390": ("s390",),
    "S390x": ("s390", 64),
    "LoongArch64": ("loongarch", 64),
}
_KERNELS = {
    "MacOS": "macos",
    "iOS": "ios",
    "Linux": "linux",
    "SunOS": "solaris",
    "NetBSD": "netbsd",
    "OpenBSD": "openbsd",
    "Windows": "windows",
    "Cygwin": "cygwin",
    "Wasi": "wasi",
    "Redox": "redox",
    "Ghcjs": "ghcjs",
    "Genode": "genode",
    "None": "none",
}

PATTERNS = _patterns()


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    return {
        "patterns": PATTERNS,
        "predicates": Attrs({name: match_any_attrs(PATTERNS[name]) for name in PATTERNS}),
        "platformPatterns": Attrs({"isStatic": Attrs({"parsed": Attrs(), "isStatic": True})}),
    }


@register("matchAnyAttrs")
def match_any_attrs(patterns: Lazy) -> Value:
    return function(lambda attrs: matches_any(force(patterns), expect_attrs(attrs)))


@register("patternLogicalAnd")
def pattern_logical_and(left: Lazy, right: Lazy) -> Value:
    return [
        _conjunction(expect_attrs(one), expect_attrs(other))
        for one in _listed(left)
        for other in _listed(right)
    ]


def _listed(lazy: Lazy) -> list[Lazy]:
    value = force(lazy)
    return expect_list(value) if type_name(value) == "list" else [value]


def _conjunction(left: Attrs, right: Attrs) -> Attrs:
    for name in names(left):
        if name not in right:
            continue
        one, other = expect_attrs(left[name]), expect_attrs(right[name])
        if not equal(one, other) and one.keys() & other.keys():
            shown = f"{to_json(one)}\n  {to_json(other)}\n"
            raise Thrown(f"pattern conflict at path {name}:\n  {shown}")
    return expect_attrs(update(left, right))
