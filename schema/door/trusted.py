"""The text that a request means: its own, or that of the trusted document which it names.

A process keeps texts beside the version of access at which it read them. The statement that reads
for a viewer met earlier confirms that version, so a document that is trusted no longer is refused
from the commit of its removal on, and a known one costs no look-up.
"""

from http import HTTPStatus
from sys import getsizeof

from hub.access import Admitted
from hub.documents import READ
from hub.recent import Recent
from schema.compiler.run import Reader
from schema.door.asked import Asked
from schema.errors import ErrorCode, RequestRefused
from schema.faults import refusal

KEPT = 512
KEPT_BYTES = 8 * 2**20


class Trusted:
    """What a process knows of trusted documents."""

    def __init__(self) -> None:
        self._kept: Recent[str, tuple[int, str]] = Recent(
            KEPT, weigh=lambda kept: getsizeof(kept[1]), weight=KEPT_BYTES
        )

    def known(self, admitted: Admitted, asked: Asked) -> str | None:
        """Return the text that a request means where nobody need be asked for it."""
        if not asked.document_id:
            return None if admitted.viewer.documents_only else asked.query
        version, text = self._kept.get(asked.document_id) or (None, None)
        return text if version == admitted.standing.version else None

    async def text_of(self, pool: Reader, admitted: Admitted, asked: Asked) -> str:
        """Return the text that a request means; raises RequestRefused where it may mean none."""
        known = self.known(admitted, asked)
        if known is not None:
            return known
        if not asked.document_id:
            raise _own_text()
        text: str | None = await pool.fetchval(READ, asked.document_id)
        if text is None:
            self._kept.drop(asked.document_id)
            raise _unknown()
        self._kept.keep(asked.document_id, (admitted.standing.version, text))
        return text


def _own_text() -> RequestRefused:
    message = "Этот ключ спрашивает только доверенные документы: пришлите documentId вместо query."
    return refusal(ErrorCode.DOCUMENTS_ONLY, message, status=HTTPStatus.FORBIDDEN)


def _unknown() -> RequestRefused:
    message = (
        "Доверенного документа с таким номером нет. Попросите оператора добавить его или пришлите "
        "сам текст в query."
    )
    return refusal(ErrorCode.DOCUMENT_UNKNOWN, message, status=HTTPStatus.BAD_REQUEST)
