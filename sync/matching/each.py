"""How pieces of work are gone through: in turn, or some of them beside each other, as the engine says."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Each(Protocol):
    """A map that keeps the order of the pieces, whoever does them and when."""

    def __call__(self, function: Callable[[T], R], pieces: Iterable[T], /) -> Iterator[R]:
        """Give what the function makes of each piece."""
        ...


def in_turn(function: Callable[[T], R], pieces: Iterable[T], /) -> Iterator[R]:
    """Do one piece after another."""
    return map(function, pieces)
