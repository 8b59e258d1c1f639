"""One selected field while its SQL is composed: what a declared field may ask about its request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from schema.compiler.arguments import Argument, Value
from schema.compiler.request import Request, ViewerShape
from schema.compiler.sql import Binds, Sql
from schema.errors import bad_input


def _as_is(value: Value) -> object:
    return value


def _storable(value: Value) -> Value:
    """Refuse the texts that PostgreSQL cannot hold: a zero byte, half of a surrogate pair."""
    if isinstance(value, str) and not is_storable(value):
        raise bad_input("В тексте стоит недопустимый знак: уберите его.")
    return value


def is_storable(text: str) -> bool:
    """Tell a text that PostgreSQL can hold: without a zero byte or half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A selected field: its row's alias, its parent's, its arguments and what is asked below.

    `asked` is the alias of the representation by which a gateway named the row, if one did.
    """

    alias: str
    parent: str
    arguments: Mapping[str, Argument]
    selected: frozenset[str]
    viewer: ViewerShape
    binds: Binds
    up: "Call | None" = None
    asked: str = ""

    @property
    def scope(self) -> Sql:
        """The placeholder of the viewer's authority."""
        return self.binds.add(_scope, "uuid", key="scope")

    @property
    def today(self) -> Sql:
        """The placeholder of the region's date."""
        return self.binds.add(_today, "date", key="today")

    def bind(
        self,
        argument: Argument,
        sql_type: str,
        *,
        convert: Callable[[Value], object] = _as_is,
    ) -> Sql:
        """Return the placeholder of an argument; `convert` may refuse a value with `bad_input`."""
        take = argument.take
        return self.binds.add(lambda request: convert(_storable(take(request.variables))), sql_type)

    def value(self, value: object, sql_type: str) -> Sql:
        """Return the placeholder of a constant."""
        return self.binds.add(lambda _: value, sql_type, key=(sql_type, value))

    def fill(self, template: str, *, row: str = "") -> Sql:
        """Put aliases and the viewer's placeholders into a template; `{r}` is the driving row."""
        text = template.replace("{t}", self.alias).replace("{p}", self.parent)
        if "{r}" in text:
            text = text.replace("{r}", row)
        if "{scope}" in text:
            text = text.replace("{scope}", self.scope)
        if "{today}" in text:
            text = text.replace("{today}", self.today)
        return Sql(text)


def _scope(request: Request) -> UUID:
    return request.viewer.authority_id


def _today(request: Request) -> object:
    return request.today
