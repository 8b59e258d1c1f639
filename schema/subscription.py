"""What may be listened to: the feed, a page of events at a time."""

from schema.compiler import declare
from schema.connection import Connection
from schema.feed.events import TYPES, Change, change_rows

AFTER = declare.argument(
    "after", str | None, "Курсор ленты, с которого слушать; без него — с этого мгновения."
)
FIRST = declare.argument(
    "first",
    int | None,
    "Сколько событий в одном ответе самое большее: от 1 до 1000; без него — 100.",
)


@declare.bound("Подписки: слушают по graphql-transport-ws или SSE на /graphql/stream.")
class Subscription:
    """The root fields that are listened to; each answer is a page that the feed's query gives."""

    change_feed: Connection[Change] = declare.many(
        "События ленты, по мере того как они случаются; тем же курсором, что и changes. Кончается, "
        "когда кончается право.",
        change_rows,
        (AFTER, FIRST, TYPES),
    )
