"""Stable ids: a cluster inherits the id with which it shares most members; others become aliases.

The same rule serves people (clusters of records) and mentorships (clusters of claims). Ids are
never reused, and an id that once named something keeps answering.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pandas as pd
import uuid_utils

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Who is who after a run.

    `ids` names each label's entity; `merged` maps an id that ended to the one that took most of
    its members; `split` maps a new id to the one its members mostly came from.
    """

    ids: Mapping[int, UUID]
    merged: Mapping[UUID, UUID]
    split: Mapping[UUID, UUID]


def new_id() -> UUID:
    """Make a UUIDv7: ids made later sort later."""
    return UUID(bytes=uuid_utils.uuid7().bytes)


def assign(
    labels: Labels, previous: list[UUID | None], *, make_id: Callable[[], UUID] = new_id
) -> Identities:
    """Give each label an id, keeping ids where members stay together.

    `labels[i]` is the cluster of member i now and `previous[i]` the id it had, if any. Pairs of
    (label, old id) are taken by most shared members, then the older id, then the smaller label:
    each label gets at most one old id and each old id goes to one label. O(n log n).
    """
    shared = _shared(labels, previous)
    ids: dict[int, UUID] = {}
    heirs: dict[UUID, int] = {}
    for label, old in zip(shared["label"], shared["old"], strict=True):
        if label not in ids and old not in heirs:
            ids[label], heirs[old] = old, label
    for label in np.unique(labels):
        if int(label) not in ids:
            ids[int(label)] = make_id()
    return Identities(ids=ids, merged=_merged(shared, ids, heirs), split=_split(shared, ids))


def _shared(labels: Labels, previous: list[UUID | None]) -> pd.DataFrame:
    """Count shared members; sorted most first, then the older id, then the smaller label."""
    pairs = pd.DataFrame({"label": labels.tolist(), "old": previous}).dropna(subset=["old"])
    counted = pairs.groupby(["label", "old"], sort=False).size().reset_index(name="members")
    return counted.sort_values(["members", "old", "label"], ascending=[False, True, True])


def _merged(
    shared: pd.DataFrame, ids: Mapping[int, UUID], heirs: Mapping[UUID, int]
) -> dict[UUID, UUID]:
    merged: dict[UUID, UUID] = {}
    for label, old in zip(shared["label"], shared["old"], strict=True):
        if old not in heirs:
            merged.setdefault(old, ids[label])
    return merged


def _split(shared: pd.DataFrame, ids: Mapping[int, UUID]) -> dict[UUID, UUID]:
    split: dict[UUID, UUID] = {}
    known = set(shared["old"])
    for label, old in zip(shared["label"], shared["old"], strict=True):
        if ids[label] not in known:
            split.setdefault(ids[label], old)
    return split
