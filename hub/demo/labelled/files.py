"""Labelled data as files: RECORDS of raw cells, TRUTH of who is who, HARD pairs by kind."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.demo.draw import Draw, dice
from hub.demo.labelled.cards import COLUMNS, Card, cards
from hub.demo.labelled.habits import DOUBLED, SPARSE, SPARSE_SOURCES, USUAL
from hub.demo.labelled.other_hand import other_cards
from hub.demo.labelled.population import HardPair, Population, populate
from hub.demo.labelled.third_hand import third_cards

SETTINGS = ("usual", "doubled", "sparse", "other", "third")
_CARDS_A_PERSON = {"usual": 2.45, "sparse": 2.45, "doubled": 2.45, "other": 2.3, "third": 2.05}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Cards in no telling order, and the pairs of people that are easily confused."""

    cards: list[Card]
    hard: list[HardPair]


def labelled(records: int, *, setting: str, seed: int) -> Labelled:
    """Give about so many labelled records in a setting of SETTINGS; the same for the same seed.

    «other» is of another hand; «third», of a third one, is held out: nothing is tuned on it.
    """
    people = populate(max(int(records / _CARDS_A_PERSON[setting]), 20), seed=seed)
    found = list(_written(people, setting, seed))
    roll = dice(Draw(seed=seed), "order")
    order = sorted(range(len(found)), key=lambda _: roll.roll())
    return Labelled(cards=[found[at] for at in order], hard=people.hard)


def _written(people: Population, setting: str, seed: int) -> Iterator[Card]:
    match setting:
        case "usual":
            return cards(people, seed=seed, noise=USUAL)
        case "doubled":
            return cards(people, seed=seed, noise=DOUBLED)
        case "sparse":
            return cards(people, seed=seed, noise=SPARSE, sources=SPARSE_SOURCES)
        case "other":
            return other_cards(people, seed=seed)
        case _:
            return third_cards(people, seed=seed)


def write_labelled(folder: Path, found: Labelled) -> None:
    """Write records.csv, truth.csv and hard.csv into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "records.csv", COLUMNS, _records(found.cards))
    truth = ((at, card.person) for at, card in enumerate(found.cards))
    _write(folder / "truth.csv", ("rec_id", "person_id"), truth)
    hard = ((pair.one, pair.other, pair.kind) for pair in found.hard)
    _write(folder / "hard.csv", ("person_a", "person_b", "kind"), hard)


def _records(found: list[Card]) -> Iterator[tuple[object, ...]]:
    for at, card in enumerate(found):
        yield (at, *(card.cells.get(name, "") for name in COLUMNS[1:]))


def _write(path: Path, header: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
