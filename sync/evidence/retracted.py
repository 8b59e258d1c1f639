"""Records that are taken out as if they had never been: whom that touches."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import numpy as np

from sync.evidence.pending import Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted:
    """Who is touched by records that never should have been.

    Their people, other records, and the mentorships of which they were a part.
    """

    people: frozenset[UUID] = frozenset()
    neighbours: Ids = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    mentorships: frozenset[UUID] = frozenset()


NOTHING_RETRACTED: Final = Retracted()
# Keys that records had: blocks that they leave may be compared otherwise from now on.
FORMER_KEY: Final = """
create temp table if not exists former_key (key bigint, record_id bigint, finer bigint)
on commit drop
"""
