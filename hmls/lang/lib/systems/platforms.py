"""lib.systems.platforms, examples and doubles, and lib.platforms: lists of systems.

Source: nixpkgs lib/systems/{platforms,examples,doubles,flake-systems}.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.force import expect_attrs, get, select
from hmls.lang.lib.support import NOT_NATIVE
from hmls.lang.lib.systems import parse
from hmls.lang.lib.systems.predicates import PATTERNS, matches_any
from hmls.lang.values import Attrs, Lazy, OpenAttrs, Thunk, Unknown, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

FLAKE_EXPOSED = (
    "x86_64-linux", "aarch64-linux", "x86_64-darwin", "armv6l-linux", "armv7l-linux",
    "i686-linux", "aarch64-darwin", "powerpc64le-linux", "riscv64-linux", "x86_64-freebsd",
)  # fmt: skip

# kernel: processors
_ALL = """
cygwin: i686 x86_64
darwin: x86_64 aarch64
freebsd: i686 x86_64 aarch64
genode: aarch64 i686 x86_64
solaris: x86_64
ghcjs: javascript
linux: aarch64 arc armv5tel armv6l armv7a armv7l i686 loongarch64 m68k sh4 microblaze \
microblazeel mips mips64 mips64el mipsel powerpc powerpc64 powerpc64le riscv32 riscv64 s390 \
s390x x86_64
mmixware: mmix
netbsd: aarch64 armv6l armv7a armv7l i686 m68k mipsel powerpc riscv32 riscv64 x86_64
none: aarch64_be aarch64 arm armv6l avr i686 microblaze microblazeel mips mips64 msp430 or1k \
m68k powerpc powerpcle riscv32 riscv64 rx s390 s390x vc4 x86_64
openbsd: i686 x86_64
redox: x86_64
wasi: wasm64 wasm32
windows: aarch64 x86_64 i686
uefi: aarch64 x86_64
"""

_GROUPS = {
    "arm": "isAarch32", "armv7": "isArmv7", "aarch": "isAarch", "aarch64": "isAarch64",
    "x86": "isx86", "i686": "isi686", "x86_64": "isx86_64", "microblaze": "isMicroBlaze",
    "mips": "isMips", "mmix": "isMmix", "power": "isPower", "riscv": "isRiscV",
    "riscv32": "isRiscV32", "riscv64": "isRiscV64", "rx": "isRx", "vc4": "isVc4",
    "or1k": "isOr1k", "m68k": "isM68k", "arc": "isArc", "sh4": "isSh4", "s390": "isS390",
    "s390x": "isS390x", "loongarch64": "isLoongArch64", "js": "isJavaScript",
    "bigEndian": "isBigEndian", "littleEndian": "isLittleEndian", "cygwin": "isCygwin",
    "darwin": "isDarwin", "freebsd": "isFreeBSD", "illumos": "isSunOS", "linux": "isLinux",
    "netbsd": "isNetBSD", "openbsd": "isOpenBSD", "unix": "isUnix", "wasi": "isWasi",
    "redox": "isRedox", "windows": "isWindows", "genode": "isGenode", "uefi": "isUefi",
    "embedded": "isNone",
}  # fmt: skip
_GNU = ("gnu", "gnueabi", "gnueabihf", "gnuabin32", "gnuabi64", "gnuabielfv1", "gnuabielfv2")


def all_systems() -> list[str]:
    """Every system that nixpkgs knows, in its order."""
    lines = [line.partition(": ") for line in _ALL.strip().split("\n")]
    return [f"{cpu}-{kernel}" for kernel, _, cpus in lines for cpu in cpus.split()]


def doubles(_interp: Interp) -> dict[str, Lazy]:
    """lib.systems.doubles, which is lib.platforms: name of a group → system strings."""
    made: dict[str, Lazy] = {"all": list(all_systems()), "none": []}
    made.update({name: Thunk(_matching, PATTERNS[flag]) for name, flag in _GROUPS.items()})
    made["gnu"] = Thunk(_gnu_systems, None)
    return made


def _matching(patterns: Value) -> Value:
    return [name for name in all_systems() if matches_any(patterns, parse.parse(name))]


def _gnu_systems(_nothing: None) -> Value:
    linux = [name for name in all_systems() if name.endswith("-linux")]
    by_abi: dict[str, list[str]] = {abi: [] for abi in _GNU}
    for name in linux:
        by_abi[expect_attrs(parse.parse(name)["abi"])["name"]].append(name)
    return [name for abi in _GNU for name in by_abi[abi]]


def _gcc(text: str) -> Attrs:
    pairs = [pair.partition("=") for pair in text.split()]
    return Attrs({"gcc": Attrs({name: value for name, _, value in pairs})})


GCC: dict[str, Attrs] = {
    "armv5tel-multiplatform": _gcc("arch=armv5te"),
    "raspberrypi": _gcc("arch=armv6kz fpu=vfpv2"),
    "bluefield2": _gcc("arch=armv8-a+fp+simd+crc+crypto"),
    "zero-gravitas": _gcc("fpu=neon cpu=cortex-a9"),
    "zero-sugar": _gcc("cpu=cortex-a7 fpu=neon-vfpv4 float-abi=hard"),
    "armv7a-android": _gcc("arch=armv7-a float-abi=softfp fpu=vfpv3-d16"),
    "armv7l-hf-multiplatform": _gcc("arch=armv7-a fpu=vfpv3-d16"),
    "aarch64-multiplatform": _gcc("arch=armv8-a"),
    "apple-m1": _gcc("arch=armv8.3-a+crypto+sha2+aes+crc+fp16+lse+simd+ras+rdm+rcpc cpu=apple-a13"),
    "ben_nanonote": _gcc("arch=mips32 float=soft"),
    "fuloong2f_n32": _gcc("arch=loongson2f float=hard abi=n32"),
    "gcc_mips32r2_o32": _gcc("arch=mips32r2 abi=32"),
    "gcc_mips32r6_o32": _gcc("arch=mips32r6 abi=32"),
    "gcc_mips64r2_n32": _gcc("arch=mips64r2 abi=n32"),
    "gcc_mips64r6_n32": _gcc("arch=mips64r6 abi=n32"),
    "gcc_mips64r2_64": _gcc("arch=mips64r2 abi=64"),
    "gcc_mips64r6_64": _gcc("arch=mips64r6 abi=64"),
    "loongarch64-multiplatform": Attrs(
        {"gcc": Attrs({"arch": "la64v1.0", "strict-align": False, "cmodel": "medium"})}
    ),
}

GCC["raspberrypi2"] = GCC["armv7l-hf-multiplatform"]


@register("select")
def select_platform(platform: Lazy) -> Value:
    """What a platform's compiler is told by default: a set with `gcc`, or an empty one."""
    attrs = expect_attrs(platform)
    cpu = expect_attrs(select(expect_attrs(select(attrs, "parsed")), "cpu"))
    if select(attrs, "isAarch32"):
        version = cpu.get("version")
        if version is None:
            return Attrs()
        models = {"5": "armv5tel-multiplatform", "6": "raspberrypi"}
        return GCC[models.get(version, "armv7l-hf-multiplatform")]
    if select(attrs, "isAarch64"):
        return GCC["apple-m1" if select(attrs, "isDarwin") else "aarch64-multiplatform"]
    if select(attrs, "isLoongArch64"):
        return GCC["loongarch64-multiplatform"]
    if get(cpu, "name") == "mipsel":
        return Attrs({"config": "mipsel-unknown-linux-gnu", **GCC["gcc_mips32r2_o32"]})
    return Attrs()


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members of lib.systems.platforms that are no functions."""
    return dict(GCC)


# name, config, libc
_EXAMPLES = """
powernv powerpc64le-unknown-linux-gnu
musl-power powerpc64le-unknown-linux-musl
ppc64-elfv1 powerpc64-unknown-linux-gnuabielfv1
ppc64-elfv2 powerpc64-unknown-linux-gnuabielfv2
ppc64 powerpc64-unknown-linux-gnuabielfv2
armv5tel-multiplatform armv5tel-unknown-linux-gnueabi
armv7l-hf-multiplatform armv7l-unknown-linux-gnueabihf
aarch64-multiplatform aarch64-unknown-linux-gnu
aarch64-multiplatform-musl aarch64-unknown-linux-musl
gnu64 x86_64-unknown-linux-gnu
gnu32 i686-unknown-linux-gnu
musl64 x86_64-unknown-linux-musl
musl32 i686-unknown-linux-musl
riscv64 riscv64-unknown-linux-gnu
riscv32 riscv32-unknown-linux-gnu
riscv64-musl riscv64-unknown-linux-musl
riscv64-embedded riscv64-none-elf newlib
riscv32-embedded riscv32-none-elf newlib
mmix mmix-unknown-mmixware newlib
rx-embedded rx-none-elf newlib
msp430 msp430-elf newlib
avr avr
vc4 vc4-elf newlib
or1k or1k-elf newlib
m68k m68k-unknown-linux-gnu
arc arc-unknown-linux-gnu
sh4 sh4-unknown-linux-gnu
s390 s390-unknown-linux-gnu
s390x s390x-unknown-linux-gnu
arm-embedded arm-none-eabi newlib
arm-embedded-nano arm-none-eabi newlib-nano
mingw-msvcrt-i686 i686-w64-mingw32 msvcrt
mingw-msvcrt-x86_64 x86_64-w64-mingw32 msvcrt
mingw-ucrt-x86_64 x86_64-w64-mingw32 ucrt
mingw32 i686-w64-mingw32 msvcrt
mingwW64 x86_64-w64-mingw32 msvcrt
ucrt64 x86_64-w64-mingw32 ucrt
x86_64-cygwin x86_64-pc-cygwin
x86_64-netbsd x86_64-unknown-netbsd
ghcjs javascript-unknown-ghcjs
"""


def examples() -> Attrs:
    """lib.systems.examples: those that are a configuration and perhaps a C library."""
    made: dict[str, Lazy] = {}
    for line in _EXAMPLES.strip().split("\n"):
        name, *values = line.split()
        made[name] = Attrs(dict(zip(("config", "libc"), values, strict=False)))
    made["raspberryPi"] = Attrs({"config": "armv6l-unknown-linux-gnueabihf", **GCC["raspberrypi"]})
    for cpu, arch in (("aarch64", "arm64"), ("x86_64", "x86_64")):
        made[f"{cpu}-darwin"] = Attrs(
            {"config": f"{arch}-apple-darwin", "xcodePlatform": "MacOSX", "platform": Attrs()}
        )
    return OpenAttrs(made, Unknown("lib.systems.examples", NOT_NATIVE))
