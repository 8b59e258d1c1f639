"""Nobody else's package may answer to our import names."""

import importlib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = ("connectors", "hub", "schema", "sync")


def test_no_installed_distribution_ships_one_of_our_names() -> None:
    installed = packages_distributions()

    clashes = {name: installed[name] for name in OURS if name in installed}

    assert {} == clashes, "uninstall these: one of the two silently overwrites the other"


@pytest.mark.parametrize("name", OURS)
def test_our_names_are_imported_from_the_checkout(name: str) -> None:
    module = importlib.import_module(name)

    assert CHECKOUT / name / "__init__.py" == Path(str(module.__file__))
