"""How well headers, names and encodings of schools' files are recognised.

`python -m tests.recognition [--seed 0]` prints the figures and every miss. Takes half a minute and
writes to a temporary folder only.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.recognition.corpus import samples
from tests.recognition.judging import judge


def main() -> None:
    """Make the whole corpus, read it, print what was right of how much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="another seed, another corpus")
    seed = parser.parse_args().seed
    with TemporaryDirectory() as folder:
        judged = judge(samples(Path(folder), seed=seed, every_delimiter=True))
    print(  # noqa: T201
        f"Файлов {judged.files}, вид понят у {judged.files - judged.refused_files}\n"
        f"Столбцов {judged.columns}, верно {judged.right / judged.columns:.2%} (нужно 99 %)\n"
        f"Строк {judged.rows}, неверных имён, взятых молча: {judged.wrong_names} (нужно 0)\n"
        f"Текстов {judged.texts}, кодировка верна у {judged.encodings / judged.texts:.2%}"
        " (нужно 99,5 %)"
    )
    for miss in judged.misses:
        print(" ", miss)  # noqa: T201


if __name__ == "__main__":
    main()
