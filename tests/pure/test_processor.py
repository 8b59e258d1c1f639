"""What numpy is told of a processor, and that it is told in time."""

import os
import subprocess
import sys

from hub.processor import sorts_slowly_by_avx512, suit_numpy

ZEN_4 = (
    "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t: 17\nflags\t: avx2 avx512f avx512_bf16\n"
)


def test_only_a_zen_4_sorts_slowly_by_the_wide_instructions() -> None:
    zen_3 = ZEN_4.replace(" avx512f avx512_bf16", "")
    zen_5 = ZEN_4.replace(": 25", ": 26")
    xeon = ZEN_4.replace("AuthenticAMD", "GenuineIntel")

    told = [sorts_slowly_by_avx512(one) for one in (ZEN_4, zen_3, zen_5, xeon, "")]

    assert [True, False, False, False, False] == told


def test_what_the_environment_says_already_stands() -> None:
    environment = {"NPY_DISABLE_CPU_FEATURES": "AVX2"}

    suit_numpy(environment)

    assert {"NPY_DISABLE_CPU_FEATURES": "AVX2"} == environment


def test_the_command_line_does_not_load_numpy_before_it_is_told() -> None:
    asked = "import sys, hub.cli.root; sys.exit('numpy' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", asked], check=False, env=dict(os.environ))

    assert 0 == done.returncode
