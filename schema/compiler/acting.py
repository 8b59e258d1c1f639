"""Mutations: Python does what is asked, then the compiler reads the payload like anything else.

Each root field of a mutation is done on its own, in order and in a transaction of its own. What a
client did wrong is an error of the payload, not of the response.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import stamina

from hub.access import Viewer
from hub.audit.events import Entity
from hub.database import DEADLOCKS, PATIENCE, Database, is_deadlock
from hub.errors import DatabaseError, HubError
from schema.compiler import about
from schema.compiler.arguments import Value, Variables
from schema.compiler.plan import Selected
from sync.push.cards import Counter

Json = Any  # what is done is told as JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts, on which day, and through what they write: the web's role, within its scope.

    What is pushed goes over the `counter`, where there is one.
    """

    writer: Database
    counter: Counter | None
    viewer: Viewer
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an action leaves for its payload to be read by, or what the client did wrong."""

    said: Mapping[str, Json]
    errors: Sequence[HubError] = ()
    path: Sequence[str] = ("input",)

    def as_json(self) -> str:
        """Write it as the payload's row."""
        errors = [
            {"code": error.reason, "message": error.message, "path": list(self.path)}
            for error in self.errors
        ]
        return json.dumps({**self.said, "errors": errors}, ensure_ascii=False)


Act = Callable[[Acting, Mapping[str, Value]], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a root field did: its name, whom it was about, which keys, and by which code it failed."""

    name: str
    entities: Mapping[Entity, frozenset[UUID]]
    keys: tuple[str, ...]
    refused: str = ""


async def acted(
    acts: Sequence[tuple[Selected, Act]],
    acting: Acting,
    given: Variables,
    *,
    tell: Callable[[Deed], None],
) -> Mapping[str, str]:
    """Do what the root fields ask, in order; gives what each left, by the key of its answer.

    `tell` hears of each at once, of one that was broken off as well.
    """
    left: dict[str, str] = {}
    for root, act in acts:
        arguments = {name: part.take(given) for name, part in root.arguments.items()}
        outcome = Outcome(said={})
        try:
            outcome = await _done(act, acting, arguments)
        finally:
            tell(_deed(root.name, arguments, outcome))
        left[root.key] = outcome.as_json()
    return left


def _deed(name: str, arguments: Mapping[str, Value], outcome: Outcome) -> Deed:
    return Deed(
        name=name,
        entities=about.entities(arguments, outcome.said),
        keys=about.keys(arguments, outcome.said),
        refused=",".join(sorted({error.reason for error in outcome.errors})),
    )


async def _done(act: Act, acting: Acting, arguments: Mapping[str, Value]) -> Outcome:
    """Do one action, and anew where its transaction was ended so that others might go on."""
    async for attempt in stamina.retry_context(on=is_deadlock, attempts=DEADLOCKS, **PATIENCE):
        with attempt:
            return await act(acting, arguments)
    raise DatabaseError  # the last attempt has raised
