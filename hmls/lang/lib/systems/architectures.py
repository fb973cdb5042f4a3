"""lib.systems.architectures: what processors can do, and which runs the code of which.

Source: nixpkgs lib/systems/architectures.nix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hmls.lang.builtins.registry import Registry
from hmls.lang.force import expect_string
from hmls.lang.lib.support import function
from hmls.lang.values import Attrs, Lazy, Primop, Value

if TYPE_CHECKING:
    from hmls.lang.interp import Interp

register = Registry()

_SSE = "sse3 ssse3 sse4_1 sse4_2"
_AVX2 = f"{_SSE} aes avx avx2 fma"
_AVX512 = f"{_SSE} aes avx avx2 avx512 fma"
_BULLDOZER = f"{_SSE} sse4a aes avx fma fma4"
_ZEN = f"{_SSE} sse4a aes avx avx2 fma"
_LOONGSON = "fpu64 lsx lasx"
_ATOMICS = "div32 frecipe lam-bh lamcas ld-seq-sa"

FEATURES: dict[str, str] = {
    "default": "",
    "x86-64": "",
    "x86-64-v2": _SSE,
    "x86-64-v3": f"{_SSE} avx avx2 fma",
    "x86-64-v4": f"{_SSE} avx avx2 avx512 fma",
    "nehalem": _SSE,
    "westmere": _SSE,
    "silvermont": _SSE,
    "sandybridge": f"{_SSE} avx",
    "ivybridge": f"{_SSE} avx",
    "haswell": f"{_SSE} avx avx2 fma",
    "broadwell": f"{_SSE} avx avx2 fma",
    **dict.fromkeys(("skylake", "alderlake", "sierraforest"), _AVX2),
    **dict.fromkeys(
        (
            "skylake-avx512", "cannonlake", "icelake-client", "icelake-server", "rocketlake",
            "cascadelake", "cooperlake", "tigerlake", "sapphirerapids", "emeraldrapids",
        ),
        _AVX512,
    ),
    "btver1": _SSE,
    "btver2": f"{_SSE} aes avx",
    "bdver1": _BULLDOZER,
    "bdver2": _BULLDOZER,
    "bdver3": _BULLDOZER,
    "bdver4": f"{_SSE} sse4a aes avx avx2 fma fma4",
    "znver1": _ZEN,
    "znver2": _ZEN,
    "znver3": _ZEN,
    "znver4": f"{_SSE} sse4a aes avx avx2 avx512 fma",
    "znver5": f"{_SSE} sse4a aes avx avx2 avx512 fma",
    "loongarch64": "fpu64",
    "la464": _LOONGSON,
    "la664": f"{_LOONGSON} {_ATOMICS}",
    "la64v1.0": "fpu64 lsx",
    "la64v1.1": f"fpu64 lsx {_ATOMICS}",
    "armv5te": "",
    "armv6": "",
    "armv7-a": "",
    "armv8-a": "",
    "mips32": "",
    "loongson2f": "",
}  # fmt: skip

# Each with its direct inferiors; theirs count too, after them.
_DIRECT = """
default
x86-64
x86-64-v2: x86-64
x86-64-v3: x86-64-v2
x86-64-v4: x86-64-v3
nehalem: x86-64-v2
westmere: nehalem
sandybridge: westmere
ivybridge: sandybridge
haswell: ivybridge x86-64-v3
broadwell: haswell
skylake: broadwell
skylake-avx512: skylake x86-64-v4
cannonlake: skylake-avx512
icelake-client: cannonlake
icelake-server: icelake-client
cascadelake: cannonlake
cooperlake: cascadelake
tigerlake: icelake-server
sapphirerapids: tigerlake
emeraldrapids: sapphirerapids
rocketlake: x86-64-v4
alderlake: skylake
sierraforest: alderlake
btver1: x86-64
btver2: x86-64-v2
bdver1: x86-64-v2
bdver2: x86-64-v2
bdver3: x86-64-v2
bdver4: x86-64-v3
znver1: skylake
znver2: znver1
znver3: znver2
znver4: znver3 x86-64-v4
znver5: znver4
armv8-a
armv8.1-a: armv8-a
armv8.2-a: armv8.1-a
armv8.3-a: armv8.2-a
armv8.4-a: armv8.3-a
armv8.5-a: armv8.4-a
armv8.6-a: armv8.5-a
armv8.7-a: armv8.6-a
armv8.8-a: armv8.7-a
armv8.9-a: armv8.8-a
armv9-a: armv8.5-a
armv9.1-a: armv9-a armv8.6-a
armv9.2-a: armv9.1-a armv8.7-a
armv9.3-a: armv9.2-a armv8.8-a
armv9.4-a: armv9.3-a
cortex-a53: armv8-a
cortex-a72: armv8-a
cortex-a55: armv8.2-a cortex-a53 cortex-a72
cortex-a76: armv8.2-a cortex-a53 cortex-a72
ampere1: armv8.6-a cortex-a55 cortex-a76
ampere1a: ampere1
ampere1b: ampere1a
loongarch64
la64v1.0: loongarch64
la464: la64v1.0
la64v1.1: la64v1.0
la664: la464 la64v1.1
armv5te
armv6
armv7-a
mips32
loongson2f
"""

_SUPPORT = {
    "sse3": "sse3",
    "ssse3": "ssse3",
    "sse4_1": "sse4_1",
    "sse4_2": "sse4_2",
    "sse4_a": "sse4a",
    "avx": "avx",
    "avx2": "avx2",
    "avx512": "avx512",
    "aes": "aes",
    "fma": "fma",
    "fma4": "fma4",
    "lsx": "lsx",
    "lasx": "lasx",
}


def _inferiors() -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for line in _DIRECT.strip().split("\n"):
        name, _, direct = line.partition(": ")
        ordered = direct.split()
        for inferior in direct.split():
            ordered += made[inferior]
        made[name] = list(dict.fromkeys(ordered))
    return made


INFERIORS = _inferiors()


def supports(feature: str, arch: str) -> bool:
    return feature in FEATURES.get(arch, "").split()


def _support(feature: str) -> Primop:
    return function(lambda arch: supports(feature, expect_string(arch)))


PREDICATES = {f"{name}Support": feature for name, feature in _SUPPORT.items()}


def constants(_interp: Interp) -> dict[str, Lazy]:
    """The members that are no functions."""
    return {
        "features": Attrs({name: list(text.split()) for name, text in FEATURES.items()}),
        "inferiors": Attrs({name: list(items) for name, items in INFERIORS.items()}),
        "predicates": Attrs({name: _support(feature) for name, feature in PREDICATES.items()}),
    }


@register("hasInferior")
def has_inferior(arch: Lazy, other: Lazy) -> Value:
    return expect_string(other) in INFERIORS.get(expect_string(arch), ())


@register("canExecute")
def can_execute(arch: Lazy, other: Lazy) -> Value:
    return expect_string(arch) == expect_string(other) or has_inferior(arch, other)
