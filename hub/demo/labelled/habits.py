"""How sources keep their cards: the one table of rates of noise for the usual setting."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source of records: whom it keeps, what it states, how old its news are. Shares, 0 to 1."""

    name: str
    role: str  # staff | pupil
    covers: float  # of the people of that role
    snils: float
    phone: float
    email: float
    birth_day: float  # the whole date
    birth_year: float  # the year alone; the rest states nothing
    whole_name: float  # the name in one column
    stale: float  # keeps the maiden name or the former school
    twice: float = 0.0  # enters a person a second time


SOURCES = (
    Source(
        name="kadry",
        role="staff",
        covers=0.97,
        snils=0.96,
        phone=0.6,
        email=0.4,
        birth_day=0.995,
        birth_year=0.0,
        whole_name=0.0,
        stale=0.05,
    ),
    Source(
        name="zup",
        role="staff",
        covers=0.7,
        snils=0.98,
        phone=0.3,
        email=0.05,
        birth_day=0.99,
        birth_year=0.0,
        whole_name=0.3,
        stale=0.05,
    ),
    Source(
        name="school_staff",
        role="staff",
        covers=0.5,
        snils=0.35,
        phone=0.5,
        email=0.3,
        birth_day=0.96,
        birth_year=0.02,
        whole_name=0.9,
        stale=0.03,
    ),
    Source(
        name="mentors",
        role="staff",
        covers=0.35,
        snils=0.1,
        phone=0.7,
        email=0.4,
        birth_day=0.85,
        birth_year=0.1,
        whole_name=0.95,
        stale=0.08,
        twice=0.01,
    ),
    Source(
        name="contingent",
        role="pupil",
        covers=0.97,
        snils=0.9,
        phone=0.4,
        email=0.1,
        birth_day=0.998,
        birth_year=0.0,
        whole_name=0.0,
        stale=0.03,
    ),
    Source(
        name="school_pupils",
        role="pupil",
        covers=0.5,
        snils=0.3,
        phone=0.3,
        email=0.05,
        birth_day=0.97,
        birth_year=0.02,
        whole_name=0.85,
        stale=0.02,
    ),
    Source(
        name="navigator",
        role="pupil",
        covers=0.35,
        snils=0.55,
        phone=0.8,
        email=0.5,
        birth_day=0.99,
        birth_year=0.0,
        whole_name=0.2,
        stale=0.05,
    ),
    Source(
        name="mentees",
        role="pupil",
        covers=0.3,
        snils=0.05,
        phone=0.3,
        email=0.05,
        birth_day=0.8,
        birth_year=0.15,
        whole_name=0.9,
        stale=0.03,
        twice=0.01,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Shares of cells that are worn in each way, 0 to 1."""

    surname_slip: float = 0.010
    first_slip: float = 0.005
    middle_slip: float = 0.007
    no_middle: float = 0.012
    spelling: float = 0.03  # Наталья as Наталия
    short_form: float = 0.004  # Саша
    yo_as_ye: float = 0.5
    upper_case: float = 0.05
    look_alikes: float = 0.008
    latin: float = 0.002
    name_first: float = 0.02  # Иван Иванович Иванов in one column
    initials: float = 0.004
    swapped_columns: float = 0.003
    date_slip: float = 0.004
    date_swapped: float = 0.002
    no_birth: float = 0.004
    snils_slip: float = 0.004  # a wrong figure: the check number tells
    snils_sample: float = 0.003  # 000-000-000 00 and its like
    snils_of_parent: float = 0.004  # of the cards of children whose parent is known
    snils_of_neighbour: float = 0.0005
    no_sex: float = 0.3
    school_contact: float = 0.02  # the school's phone on the person's card
    dropped_snils: float = 0.0  # on top of what the source leaves out

    def times(self, factor: float) -> "Noise":
        """Give all the rates multiplied, none above one half; habits of spelling stay."""
        kept = ("yo_as_ye", "no_sex", "dropped_snils")
        rates = {
            name: min(0.5, getattr(self, name) * factor)
            for name in self.__slots__
            if name not in kept
        }
        return replace(self, **rates)


USUAL = Noise()
DOUBLED = replace(USUAL.times(2), dropped_snils=0.8)
_MOSTLY = 0.5
# Sources that mostly lack numbers, with names in one column and many years of birth alone: what a
# region has before its systems are connected. Weights may be tuned on this setting.
SPARSE_SOURCES = tuple(
    replace(
        source,
        snils=source.snils * 0.4,
        phone=source.phone * 0.4,
        email=source.email * 0.3,
        birth_day=source.birth_day - (0.05 if source.whole_name < _MOSTLY else 0.3),
        birth_year=source.birth_year + (0.04 if source.whole_name < _MOSTLY else 0.25),
        whole_name=max(source.whole_name, 0.6),
    )
    for source in SOURCES
)
SPARSE = replace(USUAL.times(1.5), snils_of_parent=0.05, snils_of_neighbour=0.01)
