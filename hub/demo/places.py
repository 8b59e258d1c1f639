"""Invented municipalities and settlements; ОКТМО of region 48, which no real region has."""

from dataclasses import dataclass
from uuid import UUID

from hub.demo.draw import Dice, Draw, dice
from hub.demo.registry import TerritoryRow

REGION_NAME = "Приволожская область"
_DISTRICTS = [
    "Светлодольский",
    "Заручейный",
    "Лугогорский",
    "Тихореченский",
    "Ясноборский",
    "Дальнепольский",
    "Среднелуговой",
    "Каменнобродский",
    "Верхнеольховский",
    "Нижнеберёзовский",
    "Солнцедольский",
    "Тополиноградский",
    "Озёрноключевской",
    "Сосновоборовский",
    "Липовоярский",
    "Черноручейский",
    "Белозаводинский",
    "Краснотальниковский",
    "Старомельничный",
    "Новопасечный",
    "Долгополянский",
    "Глубокоярский",
    "Синеозёрный",
    "Медвежегорьевский",
    "Златопольский",
    "Кедрорецкий",
    "Ветлужковский",
    "Ракитнинский",
    "Камышеярский",
    "Песчаноозёрный",
    "Родниковоярский",
    "Хлебодарненский",
]
_CITIES = ["Волгореченск-на-Яру", "Заводоград", "Лугогорск", "Тихореченск-Новый", "Ясноград-2"]
_BASES = [
    "Берёзовка",
    "Ольховка",
    "Сосновка",
    "Ракитное",
    "Каменный_Ключ",
    "Луговая",
    "Дубрава",
    "Ивановка-на-Яру",
    "Заречье",
    "Подгорное",
    "Озёрки",
    "Ключи",
    "Песчанка",
    "Липяги",
    "Кедровка",
    "Полянка",
    "Малиновка",
    "Рябиновка",
    "Васильки",
    "Калиновка",
    "Крутояр",
    "Ясная_Поляна",
    "Родники",
    "Студенец",
    "Журавлиха",
    "Медведково-Полевое",
    "Тополевка",
    "Вишенки",
    "Черёмушки",
    "Хлебниково",
    "Мельничное",
    "Пчельники",
    "Садовое",
    "Отрадное",
    "Привольное",
]
_PREFIXES = ("", "Новая_", "Старая_", "Верхняя_", "Нижняя_", "Большая_", "Малая_", "Дальняя_")
_KINDS = ("с.", "с.", "с.", "п.", "пгт")
_TILES_A_ROW = 7
_MILLISECONDS = 1_767_225_600_000  # every invented id says 1 January 2026


def made_id(draw: Draw, kind: str, number: int) -> UUID:
    """Give a UUIDv7 that depends on the seed, the kind and the number alone."""
    roll = dice(draw, "id", kind, number)
    low = int(roll.roll() * 2**31) << 31 | int(roll.roll() * 2**31)
    middle = int(roll.roll() * 2**12)
    return UUID(int=_MILLISECONDS << 80 | 7 << 76 | middle << 64 | 2 << 62 | low)


def folded(text: str) -> str:
    """Fold a text for sorting: lower case, ё as е."""
    return text.casefold().replace("ё", "е")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The region, its districts, and the settlements of each district."""

    region: TerritoryRow
    districts: tuple[TerritoryRow, ...]
    settlements: tuple[tuple[str, ...], ...]


def make_places(draw: Draw, *, districts: int, settlements: int) -> Places:
    """Make the region with this many districts, each with up to this many settlements."""
    region = TerritoryRow(
        id=made_id(draw, "territory", 0),
        oktmo="48000000",
        name=REGION_NAME,
        level="REGION",
        parent_id=None,
        tile_column=None,
        tile_row=None,
        sort_key=folded(REGION_NAME),
    )
    rows = tuple(_district(draw, region.id, number) for number in range(districts))
    names = tuple(_settlements(dice(draw, "settlements", n), settlements) for n in range(districts))
    return Places(region=region, districts=rows, settlements=names)


def _district(draw: Draw, region_id: UUID, number: int) -> TerritoryRow:
    """Every fifth is a city, the others are municipal districts."""
    turn, place = divmod(number, 5)
    if place == 0 and turn < len(_CITIES):
        name, oktmo = f"городской округ {_CITIES[turn]}", f"487{turn + 1:02d}000"
    else:
        again, adjective = divmod(number, len(_DISTRICTS))
        stem = "Ново" * (again > 0) + _DISTRICTS[adjective]
        name = f"{stem.capitalize()} муниципальный район"
        oktmo = f"486{number + 1:02d}000"
    return TerritoryRow(
        id=made_id(draw, "territory", number + 1),
        oktmo=oktmo,
        name=name,
        level="DISTRICT",
        parent_id=region_id,
        tile_column=number % _TILES_A_ROW,
        tile_row=number // _TILES_A_ROW,
        sort_key=folded(name),
    )


def _settlements(roll: Dice, count: int) -> tuple[str, ...]:
    """Name settlements; a name may occur in two districts, never twice in one."""
    names: dict[str, None] = {}
    while len(names) < count:
        prefix, base = roll.one_of(_PREFIXES), roll.one_of(_BASES)
        if prefix and not base.endswith("ка"):
            prefix = ""
        names[f"{roll.one_of(_KINDS)} {prefix}{base}".replace("_", " ")] = None
    return tuple(names)
