"""Traffic of a source, recorded once and replayed as it never was: pages twice, cut, swapped, shrunk.

A recorder stands before the source's application. What it has heard it answers by itself afterwards,
through a fault; a page that nobody asked for while recording is one behind the end.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Json = Any  # a decoded answer
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it went over the wire."""

    status: int
    headers: Headers
    body: bytes

    @property
    def items(self) -> list[Json]:
        """Give the longest list of objects in it; an empty one where there is none."""
        return self._lists()[0] if self._lists() else []

    def with_items(self, items: Sequence[Json]) -> "Answer":
        """Give the same answer with other items."""
        if not self.items:
            return self
        said = json.loads(self.body)
        body = _replaced(said, self.items, list(items))
        return self.with_body(json.dumps(body, ensure_ascii=False).encode())

    def with_body(self, body: bytes) -> "Answer":
        """Give the same answer with another body."""
        kept = tuple(one for one in self.headers if one[0].lower() != b"content-length")
        return replace(self, headers=(*kept, (b"content-length", b"%d" % len(body))), body=body)

    def _lists(self) -> list[list[Json]]:
        try:
            said = json.loads(self.body)
        except ValueError:
            return []
        return sorted(_lists_in(said), key=len, reverse=True)


def _lists_in(said: Json) -> list[list[Json]]:
    if isinstance(said, list):
        return [said] if said and isinstance(said[0], Mapping) else []
    if isinstance(said, Mapping):
        return [found for part in said.values() for found in _lists_in(part)]
    return []


def _replaced(said: Json, old: list[Json], new: list[Json]) -> Json:
    if said == old:
        return new
    if isinstance(said, Mapping):
        return {name: _replaced(part, old, new) for name, part in said.items()}
    return said


Pages = Sequence[Answer]  # of one list, in the order in which they were asked for
Fault = Callable[[Pages], Pages]


@dataclass(slots=True, kw_only=True)
class Recorder:
    """An application that remembers what it answered, and repeats it through a fault."""

    app: ASGIApp
    heard: dict[str, Answer] = field(default_factory=dict)
    replayed: dict[str, Answer] = field(default_factory=dict)
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.asked += 1
        name = f"{scope['method']} {scope['path']}?{scope['query_string'].decode()}"
        if not self.replayed:
            self.heard[name] = await self._forwarded(scope, receive, send)
            return
        answer = self.replayed.get(name) or self._behind_the_end(name)
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": list(answer.headers),
            }
        )
        await send({"type": "http.response.body", "body": answer.body})

    def replay(self, fault: Fault) -> None:
        """Answer from now on by what was heard; the pages of each list of several go through a fault."""
        self.replayed, self.asked = dict(self.heard), 0
        lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, answer in self.heard.items():
            if len(answer.items) > 1:
                lists[name.partition("?")[0]].append(name)
        for names in lists.values():
            if len(names) > 1:
                pages = fault([self.heard[name] for name in names])
                self.replayed.update(zip(names, pages, strict=True))

    async def _forwarded(self, scope: Scope, receive: Receive, send: Send) -> Answer:
        begun: list[Message] = []
        body = bytearray()

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun.append(message)
            else:
                body.extend(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, told)
        headers = tuple((bytes(name), bytes(value)) for name, value in begun[0]["headers"])
        return Answer(status=begun[0]["status"], headers=headers, body=bytes(body))

    def _behind_the_end(self, name: str) -> Answer:
        path = name.partition("?")[0]
        like = [one for key, one in self.heard.items() if key.partition("?")[0] == path]
        return like[-1].with_items([]) if like else Answer(status=404, headers=(), body=b"")


def truncated(pages: Pages) -> Pages:
    """Break the second page off in the middle of its JSON."""
    first, second, *rest = pages
    return [first, second.with_body(second.body[: len(second.body) // 2]), *rest]


def duplicated(pages: Pages) -> Pages:
    """Give the first page again in place of the second."""
    first, second, *rest = pages
    return [first, second.with_items(first.items), *rest]


def overlapping(pages: Pages) -> Pages:
    """Let each page begin with the last row of the one before: a row was added in front."""
    items = [item for page in pages for item in page.items]
    found, at = [pages[0]], len(pages[0].items)
    for page in pages[1:]:
        found.append(page.with_items(items[at - 1 : at - 1 + len(page.items)]))
        at += len(page.items)
    return found


def reordered(pages: Pages) -> Pages:
    """Exchange the first page with the second."""
    first, second, *rest = pages
    return [first.with_items(second.items), second.with_items(first.items), *rest]


def shrinking(pages: Pages) -> Pages:
    """Let a row of the first page vanish while it is read: the others move up, unseen by the reader."""
    items = [item for page in pages for item in page.items][1:]
    found, at = [pages[0]], len(pages[0].items)
    for page in pages[1:]:
        found.append(page.with_items(items[at : at + len(page.items)]))
        at += len(page.items)
    return found


def emptied(pages: Pages) -> Pages:
    """Leave the first page alone: the rest is promised and empty."""
    return [pages[0], *(page.with_items([]) for page in pages[1:])]


def drifted(pages: Pages) -> Pages:
    """Call every part of every row otherwise."""
    return [
        page.with_items([{f"{name}_2": part for name, part in item.items()} for item in page.items])
        for page in pages
    ]


def mangled(pages: Pages) -> Pages:
    """Put something that is no row in place of every third."""
    odd: list[Json] = [None, 17, "строка", [], {}]
    return [
        page.with_items(
            [odd[at % len(odd)] if at % 3 == 2 else item for at, item in enumerate(page.items)]
        )
        for page in pages
    ]


FAULTS: Mapping[str, Fault] = {
    one.__name__: one
    for one in (
        truncated, duplicated, overlapping, reordered, shrinking, emptied, drifted, mangled,
    )
}  # fmt: skip
