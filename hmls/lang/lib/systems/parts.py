"""The parts that system strings are made of: processors, vendors, kernels, ABIs.

Source: nixpkgs lib/systems/parse.nix.
"""

from __future__ import annotations

from hmls.lang.force import expect_bool, force, select
from hmls.lang.lib.support import function
from hmls.lang.values import Attrs, Lazy, Primop, Value

_BYTE_ORDERS = {"little": "littleEndian", "big": "bigEndian", "-": None}


def _typed(kind: str, name: str, more: dict[str, Lazy] | None = None) -> Attrs:
    return Attrs({"_type": kind, "name": name, **(more or {})})


significant_bytes = Attrs(
    {name: _typed("significant-byte", name) for name in ("bigEndian", "littleEndian")}
)
vendors = Attrs(
    {name: _typed("vendor", name) for name in ("apple", "pc", "knuth", "w64", "none", "unknown")}
)
exec_formats = Attrs(
    {
        name: _typed("exec-format", name)
        for name in ("aout", "elf", "macho", "pe", "wasm", "unknown")
    }
)
# nixpkgs gives kernel families the same type name as executable formats.
kernel_families = Attrs({name: _typed("exec-format", name) for name in ("bsd", "darwin")})


def _cpu_types() -> Attrs:
    made: dict[str, Lazy] = {}
    for line in _CPUS.split("\n"):
        if not line:
            continue
        names, bits, order, family, version, arch = line.split(" ")
        more: dict[str, Lazy] = {"bits": int(bits), "family": family}
        byte_order = _BYTE_ORDERS[order]
        if byte_order is not None:
            more["significantByte"] = significant_bytes[byte_order]
        if version != "-":
            more["version"] = version
        for name in names.split(","):
            own_arch = name if arch == "=" else arch
            made[name] = _typed(
                "cpu-type", name, more if arch == "-" else {**more, "arch": own_arch}
            )
    made["arm64"] = made["aarch64"]
    return Attrs(made)


# names, bits, byte order, family, version, gcc's -march (`=` is the name itself)
_CPUS = """
arm 32 little arm - -
armv5tel 32 little arm 5 armv5t
armv6m 32 little arm 6 armv6-m
armv6l 32 little arm 6 armv6
armv7a 32 little arm 7 armv7-a
armv7r 32 little arm 7 armv7-r
armv7m 32 little arm 7 armv7-m
armv7l 32 little arm 7 armv7
armv8a,armv8r 32 little arm 8 armv8-a
armv8m 32 little arm 8 armv8-m
aarch64 64 little arm 8 armv8-a
aarch64_be 64 big arm 8 armv8-a
i386,i486,i586,i686 32 little x86 - =
x86_64 64 little x86 - x86-64
microblaze 32 big microblaze - -
microblazeel 32 little microblaze - -
mips 32 big mips - -
mipsel 32 little mips - -
mips64 64 big mips - -
mips64el 64 little mips - -
mmix 64 big mmix - -
m68k 32 big m68k - -
sh4 32 little sh - -
powerpc 32 big power - -
powerpc64 64 big power - -
powerpc64le 64 little power - -
powerpcle 32 little power - -
riscv32 32 little riscv - -
riscv64 64 little riscv - -
s390 32 big s390 - -
s390x 64 big s390 - -
sparc 32 big sparc - -
sparc64 64 big sparc - -
wasm32 32 little wasm - -
wasm64 64 little wasm - -
alpha 64 little alpha - -
rx 32 little rx - -
msp430 16 little msp430 - -
avr 8 - avr - -
vc4 32 little vc4 - -
or1k 32 big or1k - -
arc 32 little arc - -
loongarch64 64 little loongarch - -
javascript 32 little javascript - -
"""


def _kernels() -> Attrs:
    made: dict[str, Lazy] = {}
    for line in _KERNELS.split("\n"):
        if not line:
            continue
        names, format_, families = line.split(" ")
        for name in names.split(","):
            more: dict[str, Lazy] = {
                "execFormat": exec_formats[format_],
                "families": Attrs({f: kernel_families[f] for f in families.split(",") if f != "-"}),
            }
            made[name] = _typed("kernel", "darwin" if name == "macos" else name, more)
    aliases = {"darwin": "macos", "watchos": "ios", "tvos": "ios", "win32": "windows"}
    made.update({alias: made[name] for alias, name in aliases.items()})
    return Attrs(made)


# names, executable format, families
_KERNELS = """
macos,ios macho darwin
freebsd,netbsd,openbsd elf bsd
linux,solaris,redox,genode elf -
none,ghcjs,mmixware unknown -
wasi wasm -
windows,cygwin,uefi pe -
"""


def _holds_not_for(*flags: str) -> Primop:
    def check(platform: Lazy) -> Value:
        attrs = force(platform)
        return not all(expect_bool(select(attrs, flag)) for flag in flags)

    return function(check)


def _assertion(message: str, *flags: str) -> Attrs:
    """An ABI's demand that not all these predicates hold of the platform."""
    return Attrs({"assertion": _holds_not_for(*flags), "message": message + "\n"})


def _abis() -> Attrs:
    made: dict[str, Lazy] = {}
    for line in _ABIS.split("\n"):
        if not line:
            continue
        names, float_, eabi, abi = line.split(" ")
        more: dict[str, Lazy] = {}
        if float_ != "-":
            more["float"] = float_
        if eabi == "eabi":
            more["eabi"] = True
        if abi != "-":
            more["abi"] = abi
        made.update({name: _typed("abi", name, more) for name in names.split(",")})
    android = 'The "android" ABI is not for 32-bit ARM. Use "androideabi" instead.'
    gnu = 'The "gnu" ABI is ambiguous on 32-bit ARM. Use "gnueabi" or "gnueabihf" instead.'
    power = (
        'The "gnu" ABI is ambiguous on big-endian 64-bit PowerPC. '
        'Use "gnuabielfv2" or "gnuabielfv1" instead.'
    )
    assertions: dict[str, list[Lazy]] = {
        "android": [_assertion(android, "isAarch32")],
        "gnu": [_assertion(gnu, "isAarch32"), _assertion(power, "isPower64", "isBigEndian")],
    }
    for name, checks in assertions.items():
        made[name] = Attrs({**made[name], "assertions": checks})
    return Attrs(made)


# names, float, eabi, abi
_ABIS = """
msvc,elf,android,gnu,musl,uclibc,unknown - - -
eabi,gnueabi,musleabi,uclibceabi soft eabi -
eabihf,gnueabihf,musleabihf,uclibceabihf hard eabi -
androideabi - eabi -
gnuabi64,muslabi64 - - 64
gnuabin32,muslabin32 - - n32
gnuabielfv2 - - elfv2
gnuabielfv1 - - elfv1
"""

cpu_types = _cpu_types()
kernels = _kernels()
abis = _abis()
