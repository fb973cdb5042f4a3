"""lib.systems.parse: system strings to their parts and back.

Source: nixpkgs lib/systems/parse.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.combine import update
from hmls.lang.compare import equal
from hmls.lang.errors import Thrown, Unknowable
from hmls.lang.force import (
    MISSING,
    expect_attrs,
    expect_list,
    expect_string,
    force,
    get,
    has,
    select,
)
from hmls.lang.lib.support import (
    NOT_NATIVE,
    arguments,
    assertion,
    attribute_is,
    function2,
    pattern,
)
from hmls.lang.lib.systems import parts
from hmls.lang.values import Attrs, Lazy, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_SKELETON = pattern("cpu", "kernel", optional=("vendor", "abi"))
_PARTS = pattern("cpu", "vendor", "kernel", "abi")
_TABLES = {
    "cpu": parts.cpu_types,
    "vendor": parts.vendors,
    "kernel": parts.kernels,
    "abi": parts.abis,
}
_DOUBLE = pattern("cpu", "kernel", "abi", more=True)
_TRIPLE = pattern("cpu", "vendor", "kernel", "abi", more=True)


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    return {
        "significantBytes": parts.significant_bytes,
        "cpuTypes": parts.cpu_types,
        "vendors": parts.vendors,
        "execFormats": parts.exec_formats,
        "kernelFamilies": parts.kernel_families,
        "kernels": parts.kernels,
        "abis": parts.abis,
        "isCompatible": function2(lambda a, b: is_compatible(force(a), force(b))),
        "types": Unknown("lib.systems.parse.types", NOT_NATIVE),
    }


def parse(system: str) -> Attrs:
    """The parts of a string such as `x86_64-linux` or `aarch64-apple-darwin`."""
    return from_skeleton(skeleton(system.split("-")))


def skeleton(names: list[str]) -> dict[str, str]:
    """Which part is which: the keys are `cpu` and `kernel`, and perhaps `vendor` and `abi`."""
    shown = f"system string '{'-'.join(names)}'"
    match names:
        case ["avr"]:
            return {"cpu": "avr", "kernel": "none", "abi": "unknown"}
        case [_]:
            raise Thrown(f"{shown} with 1 component is ambiguous")
        case [cpu, "cygwin"]:
            return {"cpu": cpu, "vendor": "pc", "kernel": "cygwin"}
        case [cpu, "windows"]:
            return {"cpu": cpu, "kernel": "windows", "abi": "msvc"}
        case [cpu, "elf"]:
            return {"cpu": cpu, "vendor": "unknown", "kernel": "none", "abi": "elf"}
        case [cpu, kernel]:
            return {"cpu": cpu, "kernel": kernel}
        case [cpu, kernel, abi] if kernel == "linux" or abi in ("eabi", "eabihf", "elf", "gnu"):
            return {"cpu": cpu, "kernel": kernel, "abi": abi, "vendor": "unknown"}
        case [cpu, vendor, kernel] if _is_vendor_and_kernel(cpu, vendor, kernel):
            kernel = "windows" if kernel == "mingw32" else kernel
            return {"cpu": cpu, "vendor": vendor, "kernel": kernel}
        case [_, _, _]:
            raise Thrown(f"{shown} with 3 components is ambiguous")
        case [cpu, vendor, kernel, abi]:
            return {"cpu": cpu, "vendor": vendor, "kernel": kernel, "abi": abi}
    raise Thrown(f"{shown} has invalid number of hyphen-separated components")


def _is_vendor_and_kernel(cpu: str, vendor: str, kernel: str) -> bool:
    return (
        vendor == "apple"
        or kernel in ("redox", "mmixware", "ghcjs", "mingw32", "uefi", "cygwin")
        or kernel.startswith(("freebsd", "netbsd", "openbsd", "genode"))
        or cpu.startswith("wasm32")
    )


def from_skeleton(names: dict[str, str]) -> Attrs:
    """The parts themselves, with vendor and ABI inferred where they are not given."""
    cpu = _known(parts.cpu_types, names["cpu"], "CPU type")
    given_vendor, given_abi = names.get("vendor"), names.get("abi")
    vendor = None if given_vendor is None else _known(parts.vendors, given_vendor, "vendor")
    kernel = _known(parts.kernels, _kernel_name(names["kernel"]), "kernel")
    abi = (
        parts.abis[_default_abi(cpu, kernel)]
        if given_abi is None
        else _known(parts.abis, given_abi, "ABI")
    )
    return Attrs(
        {
            "_type": "system",
            "cpu": cpu,
            "vendor": vendor or parts.vendors[_default_vendor(kernel)],
            "kernel": kernel,
            "abi": abi,
        }
    )


def _known(table: Attrs, name: str, what: str) -> Attrs:
    if name not in table:
        raise Thrown(f"Unknown {what}: {name}")
    return expect_attrs(table[name])


def _kernel_name(name: str) -> str:
    for versioned in ("darwin", "netbsd"):
        if name.startswith(versioned):
            return versioned
    # gnu-config ignores an ABI after the kernel's name.
    at = name.rfind("abi")
    return name if at < 0 else name[:at]


def _default_vendor(kernel: Attrs) -> str:
    if "darwin" in kernel["families"]:
        return "apple"
    return "pc" if kernel["name"] in ("windows", "cygwin") else "unknown"


def _default_abi(cpu: Attrs, kernel: Attrs) -> str:
    if kernel["name"] not in ("linux", "windows"):
        return "unknown"
    if cpu["family"] == "arm" and cpu["bits"] == 32:
        return "gnueabihf" if int(cpu.get("version", "0")) >= 6 else "gnueabi"
    if cpu["name"] == "powerpc64":
        return "gnuabielfv1"
    return "gnu"


@register("mkSystemFromString")
def mk_system_from_string(system: Lazy) -> Value:
    return parse(expect_string(system))


@register("mkSkeletonFromList")
def mk_skeleton_from_list(names: Lazy) -> Value:
    return Attrs(skeleton([expect_string(name) for name in expect_list(names)]))


@register("mkSystemFromSkeleton", formals=_SKELETON)
def mk_system_from_skeleton(given: Lazy) -> Value:
    names = arguments("mkSystemFromSkeleton", _SKELETON, given)
    found = {name: get(names, name) for name in ("cpu", "vendor", "kernel", "abi")}
    return from_skeleton(
        {name: expect_string(value) for name, value in found.items() if value is not MISSING}
    )


@register("mkSystem")
def mk_system(components: Lazy) -> Value:
    given = arguments("check", _PARTS, components)
    known = all(
        any(equal(select(given, name), part) for part in table.values())
        for name, table in _TABLES.items()
    )
    assertion(known, "((types).parsedPlatform.check components)")
    return update(given, Attrs({"_type": "system"}))


@register("isSystem")
def is_system(value: Lazy) -> Value:
    return attribute_is(force(value), "_type", "system")


@register("kernelName")
def kernel_name(kernel: Lazy) -> Value:
    attrs = expect_attrs(kernel)
    version = get(attrs, "version")
    return expect_string(select(attrs, "name")) + (
        "" if version is MISSING else expect_string(version)
    )


@register("darwinArch")
def darwin_arch(cpu: Lazy) -> Value:
    name = expect_string(select(expect_attrs(cpu), "name"))
    return "arm64" if name == "aarch64" else name


@register("doubleFromSystem", formals=_DOUBLE)
def double_from_system(system: Lazy) -> Value:
    """A string such as `x86_64-linux`."""
    given = arguments("doubleFromSystem", _DOUBLE, system)
    cpu, kernel = expect_attrs(select(given, "cpu")), expect_attrs(select(given, "kernel"))
    name = expect_string(select(cpu, "name"))
    if has(expect_attrs(select(kernel, "families")), "darwin"):
        return f"{name}-darwin"
    return f"{name}-{kernel_name(kernel)}"


@register("tripleFromSystem", formals=_TRIPLE)
def triple_from_system(system: Lazy) -> Value:
    """A string such as `x86_64-unknown-linux-gnu`."""
    given = arguments("tripleFromSystem", _TRIPLE, system)
    assertion(attribute_is(given, "_type", "system"), "(isSystem sys)")
    cpu, vendor, kernel, abi = (
        expect_attrs(select(given, name)) for name in ("cpu", "vendor", "kernel", "abi")
    )
    darwin = has(expect_attrs(select(kernel, "families")), "darwin")
    cpu_name = darwin_arch(cpu) if darwin else expect_string(select(cpu, "name"))
    format_ = ""
    if attribute_is(kernel, "name", "netbsd"):
        given_format, default = select(kernel, "execFormat"), _netbsd_format(cpu)
        if not equal(default, given_format):
            format_ = expect_string(select(expect_attrs(given_format), "name"))
    abi_name = expect_string(select(abi, "name"))
    tail = "" if equal(abi, parts.abis["unknown"]) else f"-{abi_name}"
    return f"{cpu_name}-{select(vendor, 'name')}-{kernel_name(kernel)}{format_}{tail}"


@register("gnuNetBSDDefaultExecFormat")
def gnu_netbsd_default_exec_format(cpu: Lazy) -> Value:
    return _netbsd_format(expect_attrs(cpu))


def _netbsd_format(cpu: Attrs) -> Value:
    old = equal(select(cpu, "bits"), 32) and select(cpu, "family") in (
        "arm",
        "sparc",
        "m68k",
        "x86",
    )
    return parts.exec_formats["aout" if old else "elf"]


@register("mkMuslSystem")
def mk_musl_system(parsed: Lazy) -> Value:
    attrs = expect_attrs(parsed)
    name = select(expect_attrs(select(attrs, "abi")), "name")
    if isinstance(name, Unknown):
        raise Unknowable(name)
    abi = _MUSL.get(name, name if name in _MUSL.values() else "musl")
    return update(attrs, Attrs({"_type": "system", "abi": parts.abis[abi]}))


_MUSL = {
    "gnueabi": "musleabi",
    "gnueabihf": "musleabihf",
    "gnuabin32": "muslabin32",
    "gnuabi64": "muslabi64",
}


def is_compatible(a: Value, b: Value) -> bool:
    """Whether code for processor `b` runs on `a`."""
    if equal(b, a):
        return True
    return any(
        equal(b, parts.cpu_types[lesser]) and is_compatible(a, parts.cpu_types[greater])
        for lesser, greater in _RUNS_ON
    )


_RUNS_ON = (
    ("i386", "i486"),
    ("i486", "i586"),
    ("i586", "i686"),
    ("i686", "x86_64"),
    ("arm", "armv5tel"),
    ("armv5tel", "armv6l"),
    ("armv6m", "armv6l"),
    ("armv6l", "armv7l"),
    ("armv7l", "armv7a"),
    ("armv7l", "armv7r"),
    ("armv7m", "armv7a"),
    ("armv7m", "armv7r"),
    ("armv8a", "aarch64"),
    ("powerpc", "powerpc64"),
    ("powerpcle", "powerpc64le"),
    ("mips", "mips64"),
    ("mipsel", "mips64el"),
    ("sparc", "sparc64"),
)
