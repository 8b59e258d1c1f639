"""What a named fragment of the statement is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fragment:
    """A named query: what it reads, and its text."""

    needs: tuple[str, ...]
    sql: str
