"""Columns of Python values: lists into columns, and rules applied to each distinct value once."""

from collections.abc import Callable, Iterable
from typing import Any  # a cell is a text, a day, an id, a list or nothing

import pandas as pd


def column(values: Iterable[object], index: "pd.Index[Any] | None" = None) -> "pd.Series[Any]":
    """Make a column that keeps each value as the object it is, None included."""
    return pd.Series(list(values), index=index, dtype=object)


def each(values: "pd.Series[Any]", rule: Callable[[Any], object]) -> "pd.Series[Any]":
    """Apply a rule to each distinct value and gather; where nothing stands nothing is made."""
    known = {value: rule(value) for value in set(values) if value is not None}
    return column((known.get(value) for value in values), values.index)


def rows_of(frame: pd.DataFrame, *names: str) -> "zip[tuple[Any, ...]]":
    """Walk a frame's rows as tuples of the named columns."""
    return zip(*(frame[name] for name in names), strict=True)
