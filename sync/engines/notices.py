"""What a run tells about its input: causes named, with how much they touch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing about the input that changes what can be found; holds no personal data."""

    cause: str
    count: int
    text: str
