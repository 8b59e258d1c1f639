"""Names of invented people: tables of this folder, forms by rule, frequencies skewed as in life.

A head of common surnames in falling frequency and a long tail composed from nouns and suffixes
keep full namesakes about as rare as they are: a handful in 20 thousand people, not in a school.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from hub.demo.draw import Draw, Flags, Floats, Ints

Texts = npt.NDArray[np.object_]

RUSSIAN, TATAR, CAUCASIAN = range(3)
_GROUPS = ("RUS", "TAT", "CAU")
_TAIL_SHARE = 0.58
_DOUBLE_RATE = 0.006
_GOLDEN_STEP = 0.618
_VOWELS = "аеёиоуыэюя"
_PREFIXES = ("бело", "черно", "сухо", "криво", "долго", "красно", "мало", "остро", "тихо", "ново")
_IRREGULAR = {
    "Пётр": ("Петрович", "Петровна"),
    "Лев": ("Львович", "Львовна"),
    "Павел": ("Павлович", "Павловна"),
    "Михаил": ("Михайлович", "Михайловна"),
    "Яков": ("Яковлевич", "Яковлевна"),
    "Илья": ("Ильич", "Ильинична"),
    "Никита": ("Никитич", "Никитична"),
    "Дмитрий": ("Дмитриевич", "Дмитриевна"),
    "Али": ("Алиевич", "Алиевна"),
}


def feminine(surname: str) -> str:
    """Give a woman's form of a surname; surnames that do not change stay as they are."""
    if "-" in surname:
        return "-".join(map(feminine, surname.split("-")))
    if surname.endswith(("ов", "ев", "ёв", "ин", "ын")):
        return surname + "а"
    if surname.endswith(("ский", "цкий", "ой", "ый")):
        return surname[:-2] + "ая"
    return surname


def patronymics(father: str) -> tuple[str, str]:
    """Give the patronymics of a son and of a daughter."""
    if father in _IRREGULAR:
        return _IRREGULAR[father]
    if father.endswith("ий"):
        stem = father[:-2] + ("ь" if father[-3] not in "гкх" else "и") + "ев"
    elif father.endswith(("й", "ь")):
        stem = father[:-1] + "ев"
    else:
        stem = father.rstrip(_VOWELS) + "ов"
    return stem + "ич", stem + "на"


def _read(name: str) -> str:
    return (files("hub.demo") / "names" / name).read_text(encoding="utf-8")


def _tail() -> list[str]:
    """Compose rare surnames from nouns and suffixes."""
    hard, soft = _read("nouns.txt").split(), _read("soft_nouns.txt").split()
    made = [_with_suffix(noun) for noun in hard]
    made += [noun.rstrip(_VOWELS) + "ин" for noun in soft]
    stems = [noun.rstrip("ьй" + _VOWELS) for noun in (*hard, *soft)]
    made += [stem + "енко" for stem in stems if stem[-1] not in "кгх"]
    made += [stem + "овский" for stem in stems]
    made += [stem + "чук" for stem in stems if stem[-1] in "лнрв"]
    made += [prefix + _with_suffix(noun) for prefix in _PREFIXES for noun in hard]
    return list(dict.fromkeys(word.capitalize() for word in made))


def _with_suffix(noun: str) -> str:
    if noun[-1] in "ьй":
        return noun[:-1] + "ев"
    return noun + ("ев" if noun[-1] in "цчщшж" else "ов")


def _falling(count: int) -> Floats:
    return 1.0 / (np.arange(count, dtype=np.float64) + 25.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Values with cumulative weights; `forms` has the man's and the woman's form of each."""

    forms: tuple[Texts, Texts]
    cumulative: Floats


def _table(men: list[str], women: list[str], weights: Floats) -> Table:
    forms = (np.array(men, dtype=object), np.array(women, dtype=object))
    return Table(forms=forms, cumulative=np.cumsum(weights / weights.sum()))


@cache
def surname_table(group: int) -> Table:
    """Give the surnames of a group."""
    if group != RUSSIAN:
        name = "tatar_surnames.txt" if group == TATAR else "caucasus_surnames.txt"
        men = _read(name).split()
        return _table(men, list(map(feminine, men)), _falling(len(men)))
    head, tail = _read("surnames.txt").split(), _tail()
    falling = _falling(len(head))
    rare = np.full(len(tail), _TAIL_SHARE / len(tail))
    weights = np.concatenate([falling / falling.sum() * (1 - _TAIL_SHARE), rare])
    men = [*head, *tail]
    return _table(men, list(map(feminine, men)), weights)


@cache
def _first_name_rows() -> dict[tuple[str, str, str], list[tuple[str, float]]]:
    rows = {}
    for line in _read("first_names.tsv").splitlines():
        group, sex, cohort, names = line.split("\t")
        pairs = [entry.rsplit(" ", 1) for entry in names.split("|")]
        rows[group, sex, cohort] = [(name, float(weight)) for name, weight in pairs]
    return rows


@cache
def first_name_table(group: int, cohort: str, sex: str) -> Table:
    """Give the first names of a group, a sex (M, F) and a cohort: A adults, C children."""
    rows = _first_name_rows()[_GROUPS[group], sex, cohort]
    names = [name for name, _ in rows]
    return _table(names, names, np.array([weight for _, weight in rows]))


@cache
def patronymic_table(group: int, cohort: str) -> Table:
    """Give the patronymics by fathers' names; children's fathers are today's adults."""
    rows = _first_name_rows()[_GROUPS[group], "M", "A"]
    fathers = [name for name, _ in rows]
    weights = np.array([weight for _, weight in rows])
    weights = weights ** (0.85 if cohort == "C" else 0.7)
    if group == CAUCASIAN:
        men, women = [f"{f} оглы" for f in fathers], [f"{f} кызы" for f in fathers]
    elif group == TATAR:
        endings = ("улы", "кызы")
        men = [
            f"{f} {endings[0]}" if i % 9 == 0 else patronymics(f)[0] for i, f in enumerate(fathers)
        ]
        women = [
            f"{f} {endings[1]}" if i % 9 == 0 else patronymics(f)[1] for i, f in enumerate(fathers)
        ]
    else:
        men, women = [patronymics(f)[0] for f in fathers], [patronymics(f)[1] for f in fathers]
    return _table(men, women, weights)


@cache
def variants() -> dict[str, tuple[str, ...]]:
    """Give for a first name the other spellings that documents use for it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _read("variants.tsv").splitlines():
        name, other = line.split("\t")
        found[name] = (*found.get(name, ()), other)
    return found


@cache
def diminutives() -> dict[str, str]:
    """Give for a first name the short form that lists of pupils use for it."""
    return dict(line.split("\t") for line in _read("diminutives.tsv").splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Columns of names; `surname` and `father` are the choices that relatives share."""

    last: Texts
    first: Texts
    middle: Texts


def name_people(draw: Draw, *, male: Flags, group: Ints, adult: Flags, family: Ints) -> Named:
    """Name people; those of one `family` number share surname and father's name.

    Shape: columns as long as `male`. O(n), one gather per table.
    """
    count = len(male)
    last, first, middle = (np.empty(count, dtype=object) for _ in range(3))
    roll_last = draw.uniform_at("surname", family)
    roll_middle = draw.uniform_at("father", family)
    # Brothers and sisters bear different names: each takes a step of the golden ratio on.
    step = (np.arange(count) - family) * _GOLDEN_STEP
    roll_first = (draw.uniform_at("first name", family) + step) % 1
    for code in range(len(_GROUPS)):
        for cohort, grown in (("A", adult), ("C", ~adult)):
            for form, (sex, of_sex) in enumerate((("M", male), ("F", ~male))):
                chosen = np.flatnonzero((group == code) & grown & of_sex)
                last[chosen] = _taken(surname_table(code), roll_last[chosen], form)
                names = first_name_table(code, cohort, sex)
                first[chosen] = _taken(names, roll_first[chosen], form)
                middle[chosen] = _taken(patronymic_table(code, cohort), roll_middle[chosen], form)
    return Named(last=_doubled(draw, last, family, male), first=first, middle=middle)


def _taken(table: Table, rolls: Floats, form: int) -> Texts:
    places = np.searchsorted(table.cumulative, rolls * table.cumulative[-1], "right")
    taken: Texts = table.forms[form][np.minimum(places, len(table.cumulative) - 1)]
    return taken


def _doubled(draw: Draw, last: Texts, family: Ints, male: Flags) -> Texts:
    """Give a second surname to the few who bear a double one."""
    places = np.flatnonzero(draw.uniform_at("double surname", family) < _DOUBLE_RATE)
    rolls = draw.uniform_at("second surname", family[places])
    for form, of_sex in enumerate((male, ~male)):
        here = of_sex[places]
        last[places[here]] += "-" + _taken(surname_table(RUSSIAN), rolls[here], form)
    return last
