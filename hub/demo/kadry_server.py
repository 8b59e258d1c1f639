"""A server that imitates «Кадры в образовании» over a region, with the quirks of the real one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from hub.demo.kadry_cards import Item, count_of, holdings_of, now_of, school_codes
from hub.demo.region import Region
from hub.records import FigureMetric

LOGIN, SECRET = "hub", "demo-kadry"
STREAMS = ("schools", "staff", "pairs", "counts")
_LARGEST_PAGE = 1000
_EVERY = 5


class Quirk(StrEnum):
    """How the system misbehaves; each is told apart in a test and all stand together."""

    PAGES_GROW = "PAGES_GROW"
    PAGES_SHRINK = "PAGES_SHRINK"
    BUSY_SECONDS = "BUSY_SECONDS"
    BUSY_DATE = "BUSY_DATE"
    BAD_GATEWAY = "BAD_GATEWAY"
    HALF_ANSWER = "HALF_ANSWER"
    TOKEN_EXPIRES = "TOKEN_EXPIRES"  # noqa: S105 - the name of a quirk
    ARCHIVED_SCHOOL = "ARCHIVED_SCHOOL"
    COUNTS_ONLY = "COUNTS_ONLY"
    CARD_MOVES = "CARD_MOVES"


ALL_QUIRKS = frozenset(Quirk)
Refuse = Callable[[], Response]


@dataclass(slots=True, kw_only=True)
class KadryServer:
    """The system's state; `app` answers for it. Nothing is drawn: faults come by counting."""

    region: Region
    quirks: frozenset[Quirk] = ALL_QUIRKS
    clock: datetime = field(init=False)
    streams: dict[str, list[Item]] = field(init=False)
    asked: int = 0
    tokens: int = 0
    uses: int = 0
    shifted: bool = False
    held_back: Item | None = None

    def __post_init__(self) -> None:
        self.clock = now_of(self.region)
        held = holdings_of(self.region)
        self.streams = {name: list(getattr(held, name)) for name in STREAMS}
        if Quirk.ARCHIVED_SCHOOL in self.quirks:
            self._leave_card_in_archive()
        if Quirk.COUNTS_ONLY in self.quirks:
            self._withhold_names()
        if Quirk.PAGES_GROW in self.quirks:
            self.held_back = self.streams["staff"].pop()

    @property
    def app(self) -> Starlette:
        """Give the application to serve."""
        routes = [Route("/token", self._token, methods=["POST"])]
        routes += [Route(f"/{name}", self._answering(name)) for name in STREAMS]
        return Starlette(routes=routes)

    def advance(self, hours: int = 24) -> None:
        """Let time pass; whatever was to be entered is entered by then."""
        self._shift()
        self.clock += timedelta(hours=hours)

    def settle(self) -> None:
        """Stand as after a first read and a day: for whoever has read it before."""
        self._shift()
        if Quirk.CARD_MOVES in self.quirks:
            self.move_card()
        self.quirks -= {Quirk.CARD_MOVES}
        self.advance()

    def move_card(self) -> Item:
        """Move the card of the least number to another school: its number stays."""
        staff = self.streams["staff"]
        at = min(range(len(staff)), key=lambda place: int(str(staff[place]["id"])))
        card = staff[at]
        other = next(one["school_id"] for one in staff if one["school_id"] != card["school_id"])
        staff[at] = {**card, "school_id": other, "updated_at": self.clock.isoformat()}
        return staff[at]

    async def _token(self, request: Request) -> Response:
        given = await request.json()
        if (given.get("login"), given.get("password")) != (LOGIN, SECRET):
            return JSONResponse({"error": "denied"}, status_code=401)
        self.tokens += 1
        self.uses = 0
        return JSONResponse({"access_token": self._current(), "expires_in": 600})

    def _current(self) -> str:
        return f"{SECRET}-{self.tokens}"

    def _answering(self, stream: str) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not self._may(request):
                return JSONResponse({"error": "token"}, status_code=401)
            self.asked += 1
            refusal = self._refusal()
            return refusal or self._page(stream, request)

        return answer

    def _may(self, request: Request) -> bool:
        """Accept the current token; one that expires serves for a few requests."""
        if request.headers.get("Authorization") != f"Bearer {self._current()}" or not self.tokens:
            return False
        self.uses += 1
        return Quirk.TOKEN_EXPIRES not in self.quirks or self.uses <= _EVERY

    def _refusal(self) -> Response | None:
        """Refuse each fifth request in the way that is due."""
        ways: dict[Quirk, Refuse] = {
            Quirk.BUSY_SECONDS: lambda: Response(status_code=429, headers={"Retry-After": "1"}),
            Quirk.BUSY_DATE: lambda: Response(
                status_code=429,
                headers={"Retry-After": format_datetime(_soon(), usegmt=True)},
            ),
            Quirk.BAD_GATEWAY: lambda: HTMLResponse(
                "<html><body>502 Bad Gateway</body></html>", status_code=502
            ),
            Quirk.HALF_ANSWER: lambda: Response(
                '{"items": [{"id": 1, "last_', media_type="application/json"
            ),
        }
        due = [way for quirk, way in ways.items() if quirk in self.quirks]
        turn, rest = divmod(self.asked - 2, _EVERY)
        return due[turn % len(due)]() if due and not rest else None

    def _page(self, stream: str, request: Request) -> Response:
        number = int(request.query_params.get("page", "1"))
        size = min(_LARGEST_PAGE, int(request.query_params.get("per_page", "100")))
        if stream == "staff" and number > 1:
            self._shift()
        items = _since(self.streams[stream], request.query_params.get("updated_since"))
        shown = items[(number - 1) * size : number * size]
        body = {"items": shown, "total": len(items), "server_time": self.clock.isoformat()}
        if stream == "pairs" and number == 1 and Quirk.CARD_MOVES in self.quirks:
            self.quirks -= {Quirk.CARD_MOVES}
            self.move_card()
        return JSONResponse(body)

    def _shift(self) -> None:
        """Move rows between pages once, after the first page of the staff was given."""
        if self.shifted:
            return
        self.shifted = True
        staff = self.streams["staff"]
        if Quirk.PAGES_SHRINK in self.quirks:
            del staff[0]
        if self.held_back is not None:
            staff.insert(0, {**self.held_back, "updated_at": self.clock.isoformat()})

    def _leave_card_in_archive(self) -> None:
        """Leave one card of the successor in the school that was closed."""
        codes, planted = school_codes(self.region), self.region.organised.planted
        successor, closed = codes[planted["SUCCESSOR"]], codes[planted["CLOSED"]]
        staff = self.streams["staff"]
        at = next(n for n, card in enumerate(staff) if card["school_id"] == successor)
        staff[at] = {**staff[at], "school_id": float(closed)}

    def _withhold_names(self) -> None:
        """Keep the pairs of the last school to the number of them."""
        code = max(int(str(pair["school_id"])) for pair in self.streams["pairs"])
        kept = [pair for pair in self.streams["pairs"] if pair["school_id"] != code]
        figures = {FigureMetric.PAIRS.value.lower(): len(self.streams["pairs"]) - len(kept)}
        self.streams["pairs"] = kept
        self.streams["counts"].append(count_of(code, self.region.today, figures))


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def _since(items: list[Item], since: str | None) -> list[Item]:
    if not since:
        return items
    after = datetime.fromisoformat(since)
    return [one for one in items if datetime.fromisoformat(str(one.get("updated_at"))) >= after]
