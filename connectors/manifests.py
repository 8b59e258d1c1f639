"""Descriptions of sources checked: what is wrong by key, in words, without any value."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import process

from connectors.client.failure import SourceConfigError
from connectors.table_file.fields import dictionary
from hub.wrong import words_of

Model = TypeVar("Model", bound=BaseModel)
ALIKE = 75
# A row's own number tells rows apart; a mentor's would take its place among the row's values.
TAKEN = frozenset({"mentor_external_id", "mentee_external_id", "sheet", "row"})


class ManifestError(SourceConfigError):
    """Описание источника неверно. Исправьте названные ключи."""

    code = "source.config"

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        said = "; ".join(f"{key}: {text}" if key else text for key, text in self.faults)
        super().__init__(f"Настройки источника неверны: {said}.", code="source.config")


def checked(model: type[Model], values: Mapping[str, object]) -> Model:
    """Make a manifest of values; raises ManifestError that names keys and no values."""
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        raise ManifestError(_fault(one, model) for one in details) from None


def require_fields(fields: Mapping[str, str], required: Iterable[str] = ()) -> None:
    """Raise ValueError for a field map that leaves out or names what the hub does not know."""
    known = set(dictionary().field_of.values())
    people = {f"{side}_{name}" for side in ("mentor", "mentee") for name in dictionary().of_person}
    if missing := sorted(set(required) - set(fields)):
        raise ValueError(f"не указано поле {missing[0]}")
    if unknown := sorted((set(fields) - known - people) | (set(fields) & TAKEN)):
        raise ValueError(f"хаб не знает поля {unknown[0]}")


def _fault(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    key = ".".join(str(part) for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        near = process.extractOne(key, model.model_fields.keys(), score_cutoff=ALIKE)
        return key, f"такого ключа нет{f', есть {near[0]}' if near else ''}"
    return key, words_of(error)
