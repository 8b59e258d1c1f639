"""A trained model as a file: JSON with everything that a score depends on."""

import json
from collections.abc import Mapping

from hub.errors import InputError
from sync.matching import normalise
from sync.matching.frequencies import Frequencies
from sync.matching.model import Interaction, Model
from sync.matching.scales import FIELDS

FORMAT = 2


def write_model(model: Model) -> str:
    """Give a model as JSON text."""
    return json.dumps(stated_of(model), ensure_ascii=False, indent=1)


def stated_of(model: Model) -> dict[str, object]:
    """Give a model as the values that its JSON holds."""
    return {
        "format": FORMAT,
        "version": model.version,
        "normaliser": normalise.VERSION,
        "levels": model.levels_hash,
        "frequencies": {
            "version": model.frequencies.version,
            "frequent": model.frequencies.frequent,
            "rare": model.frequencies.rare,
            "surnames": dict(model.frequencies.counted_surnames),
            "first_names": dict(model.frequencies.counted_first_names),
        },
        "prior": model.prior,
        "link": model.link,
        "ask": model.ask,
        "weights": {name: list(row) for name, row in model.weights.items()},
        "interactions": [
            {"levels": dict(one.levels), "centibits": one.centibits} for one in model.interactions
        ],
    }


def read_model(text: str) -> Model:
    """Give the model of a JSON text; raise InputError for another version of levels or none."""
    try:
        stated = json.loads(text)
    except ValueError as error:
        raise _not_a_model() from error
    return model_of(stated)


def model_of(stated: object) -> Model:
    """Give the model that the values of a JSON state; raises as `read_model` does."""
    try:
        held = _mapping(stated)
        model = _composed(held)
        wanted = (FORMAT, normalise.VERSION, model.levels_hash)
        made = (held["format"], held["normaliser"], held["levels"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _not_a_model() from error
    if made != wanted:
        raise InputError(
            f"Модель {model.version} сделана другой версией хаба: уровни или нормализация с тех "
            "пор изменились. Обучите её заново: для файла с --train, для базы match train.",
            code="match.model_version",
        )
    return model


def _not_a_model() -> InputError:
    return InputError(
        "Это не файл модели. Обучите её заново: python -m hub match file … --train "
        "--save-model model.json.",
        code="match.model",
    )


def _composed(stated: Mapping[str, object]) -> Model:
    weights = _mapping(stated["weights"])
    frequencies = _mapping(stated["frequencies"])
    return Model(
        version=str(stated["version"]),
        prior=_whole(stated["prior"]),
        weights={name: _row(weights[name]) for name in FIELDS if name in weights},
        interactions=tuple(map(_interaction, _list(stated["interactions"]))),
        frequencies=Frequencies(
            version=str(frequencies["version"]),
            frequent=_whole(frequencies["frequent"]),
            rare=_whole(frequencies["rare"]),
            counted_surnames=_counts(frequencies["surnames"]),
            counted_first_names=_counts(frequencies["first_names"]),
        ),
        link=_whole(stated["link"]),
        ask=_whole(stated["ask"]),
    )


def _interaction(stated: object) -> Interaction:
    one = _mapping(stated)
    levels = {name: _whole(value) for name, value in _mapping(one["levels"]).items()}
    if not set(levels) <= set(FIELDS):
        raise ValueError("unknown field")
    return Interaction(levels=levels, centibits=_whole(one["centibits"]))


def _counts(value: object) -> dict[str, int]:
    return {name: _whole(count) for name, count in _mapping(value).items()}


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _row(value: object) -> tuple[int, ...]:
    return tuple(map(_whole, _list(value)))


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("not a whole number")
    return value
