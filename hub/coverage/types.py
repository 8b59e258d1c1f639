"""The bind parameters of the statements of coverage, and their SQL types."""

from typing import Final

TYPES: Final = {
    "lo": "date",
    "hi": "date",
    "day": "date",
    "today": "date",
    "stated_from": "date",
    "academic_year": "int",
    "plan_year": "int",
    "viewer": "uuid",
    "scope": "uuid",
    "forms": "text[]",
    "organisations": "uuid[]",
    "territories": "uuid[]",
    "kinds": "text[]",
    "row": "text",
}
