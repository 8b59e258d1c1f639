"""The closed choices of organisations and territories."""

from enum import StrEnum

from schema.compiler import declare


@declare.choice(
    "Уровень территории.",
    {
        "REGION": "Регион.",
        "DISTRICT": "Район или городской округ.",
        "SETTLEMENT": "Поселение.",
    },
)
class TerritoryLevel(StrEnum):
    """How large a territory is."""

    REGION = "REGION"
    DISTRICT = "DISTRICT"
    SETTLEMENT = "SETTLEMENT"


@declare.choice(
    "Вид подчинения.",
    {
        "PRIMARY": "Территориальное: по нему учреждение входит в число управления.",
        "FOUNDER": "Учредитель.",
        "METHODICAL": "Методическое сопровождение.",
    },
)
class SubordinationKind(StrEnum):
    """How an organisation answers to an authority."""

    PRIMARY = "PRIMARY"
    FOUNDER = "FOUNDER"
    METHODICAL = "METHODICAL"
