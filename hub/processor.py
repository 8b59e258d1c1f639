"""What numpy is told of this processor before it loads: which of its ways of sorting to leave out.

AMD's Zen 4 has the instructions of AVX-512, but writes chosen lanes to memory by microcode: numpy sorts a
million numbers by them in 50 ms there, and by AVX2 in 10. Sorted is sorted either way.
"""

from collections.abc import MutableMapping
from pathlib import Path

_TOLD_BY = Path("/proc/cpuinfo")  # of Linux; elsewhere numpy is told nothing
_LEFT_OUT = "NPY_DISABLE_CPU_FEATURES"
_ZEN_4 = {"vendor_id": "AuthenticAMD", "cpu family": "25"}
_WIDE = "avx512f"  # Zen 3, of the same family, has it not


def suit_numpy(environment: MutableMapping[str, str]) -> None:
    """Leave slow instructions out, unless the environment says already which; before numpy loads."""
    told = _TOLD_BY.read_text(encoding="utf-8") if _TOLD_BY.exists() else ""
    if sorts_slowly_by_avx512(told):
        environment.setdefault(_LEFT_OUT, "X86_V4 AVX512_ICL")


def sorts_slowly_by_avx512(cpuinfo: str) -> bool:
    """Tell whether what Linux says of the first processor is that of a Zen 4."""
    lines = (line.partition(":") for line in cpuinfo.partition("\n\n")[0].splitlines())
    first = {name.strip(): value.strip() for name, _, value in lines}
    of_family = all(first.get(name) == value for name, value in _ZEN_4.items())
    return of_family and _WIDE in first.get("flags", "").split()
