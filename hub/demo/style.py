"""How each organisation keeps its files: decided once by its own dice."""

from dataclasses import dataclass
from datetime import date

from hub.demo.draw import Draw, dice

FORMATS = ("csv-cp1251", "csv-utf8", "csv-utf8-bom", "csv-utf16-tab", "xls", "xlsx", "xlsx", "xlsx")
DATE_STYLES = ("dots", "dots", "excel", "short", "iso", "year mark", "words")
SNILS_STYLES = ("dashes", "dashes", "spaces", "digits", "number")
NAME_STYLES = ("one", "one", "three")
EXPERIENCE_STYLES = ("number", "number", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """The habits of an organisation; what it does not show nobody learns from its files."""

    table_format: str
    dates: str
    snils: str
    names: str
    experience: str
    upper_case: bool
    without_yo: bool
    two_level_header: bool
    numbering_row: bool
    section_rows: bool
    organisation_column: bool
    title_identifiers: bool
    shows_hire: bool
    shows_experience: bool
    shows_kind: bool
    shows_flag: bool
    shows_dismissal: bool
    shows_pupil_snils: bool
    shows_workplace: bool
    shows_programme: bool
    mentee_base: bool
    previous_list: bool
    states_totals: bool
    base_at_year_end: bool
    current_day: int
    wording: int
    messy: bool


def style_of(
    draw: Draw, organisation: int, *, messy: bool, planted: bool, is_school: bool
) -> Style:
    """Choose the habits of an organisation; planted ones show everything a case needs."""
    roll = dice(draw, "style", organisation)
    return Style(
        table_format=roll.one_of(FORMATS),
        dates=roll.one_of(DATE_STYLES),
        snils=roll.one_of(SNILS_STYLES),
        names=roll.one_of(NAME_STYLES),
        experience=roll.one_of(EXPERIENCE_STYLES),
        upper_case=roll.chance(0.05),
        without_yo=roll.chance(0.5),
        two_level_header=roll.chance(0.4),
        numbering_row=roll.chance(0.3),
        section_rows=roll.chance(0.3),
        organisation_column=roll.chance(0.2),
        title_identifiers=roll.chance(0.9) or planted or not is_school,
        shows_hire=roll.chance(0.85) or planted,
        shows_experience=roll.chance(0.94) or planted,
        shows_kind=roll.chance(0.8) or planted,
        shows_flag=roll.chance(0.25) or planted,
        shows_dismissal=roll.chance(0.6) or planted,
        shows_pupil_snils=roll.chance(0.75) or planted,
        shows_workplace=roll.chance(0.7) or planted,
        shows_programme=roll.chance(0.35) or planted,
        mentee_base=roll.chance(0.65) or planted,
        previous_list=roll.chance(0.3) or planted,
        states_totals=roll.chance(0.3) and not planted,
        base_at_year_end=roll.chance(0.7),
        current_day=roll.below(4),
        wording=roll.below(1000),
        messy=messy,
    )


def base_day(style: Style, academic_year: int, today: date) -> date:
    """Say as of when a base of an academic year was given."""
    end = date(academic_year + 1, 5, 31)
    if style.base_at_year_end and end < today:
        return end
    days = (date(academic_year, 10, 1), date(academic_year, 10, 15), date(academic_year, 11, 2))
    return min(days[style.current_day % len(days)], today)


def list_day(style: Style, academic_year: int, today: date) -> date:
    """Say as of when a list of staff or pupils of an academic year was given."""
    days = (
        date(academic_year, 9, 1),
        date(academic_year, 9, 1),
        date(academic_year, 9, 20),
        date(academic_year, 10, 1),
    )
    return min(days[style.current_day], today)
