"""Names of invented organisations: schools, kindergartens, colleges, partners, authorities."""

from dataclasses import dataclass

from hub.demo.draw import Dice

_LEGAL_FORMS = (
    ("МБОУ", "Муниципальное бюджетное общеобразовательное учреждение", 0.58),
    ("МАОУ", "Муниципальное автономное общеобразовательное учреждение", 0.16),
    ("МКОУ", "Муниципальное казённое общеобразовательное учреждение", 0.08),
    ("ГБОУ", "Государственное бюджетное общеобразовательное учреждение", 0.18),
)
_TYPES = (
    ("СОШ", "Средняя общеобразовательная школа", 0.7),
    ("ООШ", "Основная общеобразовательная школа", 0.08),
    ("Гимназия", "Гимназия", 0.09),
    ("Лицей", "Лицей", 0.1),
    ("Центр образования", "Центр образования", 0.03),
)
_KINDERGARTENS = [
    "Ромашка",
    "Солнышко",
    "Теремок",
    "Колосок",
    "Родничок",
    "Сказка",
    "Василёк",
    "Ладушки",
    "Радуга",
    "Улыбка",
]
_COLLEGES = (
    "педагогический колледж",
    "политехнический колледж",
    "аграрный техникум",
    "строительный техникум",
    "колледж сферы услуг",
    "медицинский колледж",
)
_PARTNERS = (
    ("АО", "Заводской проект"),
    ("ООО", "АгроПолюс"),
    ("АО", "Машиностроитель-Луг"),
    ("ООО", "Цифровой цех"),
    ("МБУК", "Дом культуры «Рассвет-на-Яру»"),
    ("МБУ", "Спортивная школа «Олимпиец-Луг»"),
    ("ООО", "Хлебокомбинат «Колосница»"),
    ("АО", "Энергосервис Приволожья"),
    ("МБУК", "Краеведческий музей «Светлый дол»"),
    ("ООО", "Молочные реки Заручья"),
    ("ГБУЗ", "Районная больница"),
    ("МБУ", "Молодёжный центр «Вектор роста»"),
    ("АО", "Автодор-Приволожье"),
    ("ООО", "ТелекомДол"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What an organisation is called, whole and in parts."""

    legal_form: str
    type: str
    number: str
    locality: str
    short: str
    full: str


def school_name(roll: Dice, *, number: int, locality: str, district: str) -> Name:
    """Name a school; the only one of a village often has no number."""
    form, form_words, _ = _by_share(roll, _LEGAL_FORMS)
    kind, kind_words, _ = _by_share(roll, _TYPES)
    if locality.startswith("с.") and form != "ГБОУ" and roll.chance(0.6):
        kind, kind_words = _TYPES[0][:2] if roll.chance(0.8) else _TYPES[1][:2]
    numbered = f" № {number}" if number else ""
    return Name(
        legal_form=form,
        type=kind,
        number=str(number or ""),
        locality=locality,
        short=f"{form} {kind}{numbered} {locality}",
        full=f"{form_words} «{kind_words}{numbered}» {locality} ({district})",
    )


def kindergarten_name(roll: Dice, *, number: int, locality: str) -> Name:
    """Name a kindergarten: a number and a word in quotes."""
    title = f"№ {number} «{roll.one_of(_KINDERGARTENS)}» {locality}"
    return Name(
        legal_form="МБДОУ",
        type="детский сад",
        number=str(number),
        locality=locality,
        short=f"МБДОУ детский сад {title}",
        full=f"Муниципальное бюджетное дошкольное образовательное учреждение «Детский сад {title}»",
    )


def college_name(*, number: int, locality: str) -> Name:
    """Name a college: the first of a region is the pedagogical one."""
    kind = _COLLEGES[number % len(_COLLEGES)]
    again = f" № {number // len(_COLLEGES) + 1}" if number >= len(_COLLEGES) else ""
    return Name(
        legal_form="ГБПОУ",
        type="колледж" if "колледж" in kind else "техникум",
        number=again.removeprefix(" № "),
        locality=locality,
        short=f"ГБПОУ «Приволожский {kind}{again}»",
        full=f"Государственное бюджетное профессиональное образовательное учреждение «Приволожский {kind}{again}»",
    )


def additional_name(*, number: int, locality: str) -> Name:
    """Name a house of children's creativity."""
    title = f"Дом детского творчества № {number} {locality}"
    return Name(
        legal_form="МБУ ДО",
        type="ДДТ",
        number=str(number),
        locality=locality,
        short=f"МБУ ДО {title}",
        full=f"Муниципальное бюджетное учреждение дополнительного образования «{title}»",
    )


def partner_name(*, number: int, locality: str) -> Name:
    """Name an enterprise, a house of culture or a sports school; no two are alike."""
    form, title = _PARTNERS[number % len(_PARTNERS)]
    again = number // len(_PARTNERS)
    place = locality.rsplit(". ", maxsplit=1)[-1] if again else ""
    title = f"{title}-{again + 1} {place}".strip() if again else title
    return plain_name(f"{form} «{title}»", f"{form} «{title}»", locality=locality)


def plain_name(short: str, full: str, *, locality: str = "") -> Name:
    """Name an organisation whose name has no parts."""
    return Name(legal_form="", type="", number="", locality=locality, short=short, full=full)


def _by_share(roll: Dice, options: tuple[tuple[str, str, float], ...]) -> tuple[str, str, float]:
    left = roll.roll()
    for option in options:
        left -= option[2]
        if left < 0:
            return option
    return options[-1]
