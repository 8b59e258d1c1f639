"""What a statement leaves to be done: marks in its answer become what they stand for."""

import json
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from hub.access import Viewer
from hub.audit.events import Action, Entity, Event, by_viewer
from hub.errors import ConfigError
from schema.compiler.compiled import Plan
from schema.compiler.scalars import KEY_MARK, SEAL_MARK, SHOWN_MARK

_SHOWN = re.compile(f"{SHOWN_MARK}([A-Z_]+) ([0-9a-f-]{{36}}){SHOWN_MARK}".encode())
_SEALED = re.compile(f"{SEAL_MARK}([^{SEAL_MARK}]*){SEAL_MARK}".encode())
_KEYED = re.compile(f"{KEY_MARK}([^{KEY_MARK}]*){KEY_MARK}".encode())
Note = Callable[[Event], None]


def unnoted(_: Event) -> None:
    """Note nothing: for engines that show nothing to anybody but a test."""


def without_keys(_: str) -> str:
    """Refuse to seal a row's key; raises ConfigError."""
    raise ConfigError("Этому процессу нечем запечатать ключ строки.", code="config.keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Makes an answer fit to be seen: seals opened, keys of rows sealed, what is shown noted."""

    open_seal: Callable[[bytes], str]
    make_key: Callable[[str], str]
    note: Note

    def shown(self, body: bytes, plan: Plan, viewer: Viewer) -> bytes:
        """Return a statement's answer without its marks."""
        if plan.shows_personal:
            body = self._noted(body, plan, viewer)
        if plan.makes_keys:
            body = _KEYED.sub(self._keyed, body)
        return _SEALED.sub(self._opened, body) if plan.opens_seals else body

    def _noted(self, body: bytes, plan: Plan, viewer: Viewer) -> bytes:
        """Take out of an answer whom it shows unmasked, and note it before anybody sees it."""
        people: set[UUID] = set()
        classes: set[str] = set()

        def take(match: re.Match[bytes]) -> bytes:
            classes.add(match[1].decode())
            people.add(UUID(match[2].decode()))
            return b""

        body = _SHOWN.sub(take, body)
        if people:
            self.note(
                by_viewer(
                    viewer,
                    Action.READ,
                    plan.name,
                    entity=Entity.PERSON,
                    entity_ids=people,
                    field_classes=classes,
                )
            )
        return body

    def _keyed(self, match: re.Match[bytes]) -> bytes:
        return json.dumps(self.make_key(match[1].decode())).encode()

    def _opened(self, match: re.Match[bytes]) -> bytes:
        return json.dumps(self.open_seal(b64decode(match[1])), ensure_ascii=False).encode()
