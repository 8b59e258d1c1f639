"""What is landed of records, made ready before a connection is needed: sealed, numbered, as columns.

Made in a thread while the page before is being written; knows no database.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from hub.records import RecordKind
from hub.seal import Sealer
from sync.columns import column
from sync.evidence.parts import OWN_COLUMNS, PLACE_COLUMNS, SEALED_FIELDS
from sync.evidence.payload import payloads_of

META = (*OWN_COLUMNS, *PLACE_COLUMNS, "stated_as_of", "source_file_id")
HASH_BYTES = 16  # of a content hash
SAID = ["line", "stated_as_of", "content_hash"]  # a version: who, as of when, what


def landing_of(records: pd.DataFrame, sealer: Sealer) -> pd.DataFrame:
    """Make what is landed of a page of records: what `sealed_records` gives, and who is whom.

    The answer has a row for each version: `line` numbers the record, `stating_line` the one whose
    row mentions it (0: none), `is_newest` marks its newest version, and `first_stated` and
    `last_stated` are its first and last day.
    """
    return _versions(_numbered(sealed_records(records, sealer))).drop(columns="stating_id")


def among(landing: pd.DataFrame, chosen: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Give the versions of a page that `chosen` marks, ready to land without the others."""
    return _versions(landing[chosen])


def parts_together(landing: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Number what of a page lands or is set aside together: a row, or a row with whom it mentions.

    A row is one version of a record; of a base all versions of a record, since a mention that two
    of them make stands once.
    """
    line, stating = landing["line"].to_numpy(), landing["stating_line"].to_numpy()
    family = np.where(stating > 0, stating, line)
    mentioning = np.isin(family, stating[stating > 0])
    alone = family.max(initial=0) + 1 + np.arange(len(landing))
    return np.asarray(np.where(mentioning, family, alone), dtype=np.int64)


def sealed_records(records: pd.DataFrame, sealer: Sealer) -> pd.DataFrame:
    """Give the META columns of records and their `payload`, state identifiers sealed, row by row.

    `records` has OWN_COLUMNS, PLACE_COLUMNS, `stated_as_of`, `source_file_id`; every other column
    is a field of the payload.
    """
    sealed = seal_fields(records, sealer)
    payload = payloads_of(sealed.drop(columns=list(META)))
    return sealed[list(META)].assign(payload=payload)


def seal_fields(frame: pd.DataFrame, sealer: Sealer) -> pd.DataFrame:
    """Replace state identifiers by sealed texts; their keyed hashes enter the content's hash.

    A sealed text differs each time it is made, so only a keyed hash says that a value is another.
    """
    sealed = frame.copy(deep=False)
    content = _as_bits(sealed["content_hash"])
    for name in SEALED_FIELDS:
        if name in frame:
            codes, distinct = pd.factorize(frame[name].to_numpy(dtype=object))
            texts = [sealer.seal_text(value) if value else "" for value in distinct]
            tokens = [_token(name, value, sealer) for value in distinct]
            sealed[name] = column(np.array(texts, dtype=object)[codes], frame.index)
            content ^= _as_bits(tokens)[codes]
    sealed["content_hash"] = column(content.view(f"V{HASH_BYTES}").ravel().tolist(), frame.index)
    return sealed


def _token(name: str, value: str, sealer: Sealer) -> bytes:
    return sealer.hash(f"{name}:{value}")[:HASH_BYTES] if value else bytes(HASH_BYTES)


def _as_bits(hashes: Iterable[bytes]) -> npt.NDArray[np.uint8]:
    """Give a writable line of bytes for each hash."""
    return np.frombuffer(bytearray(b"".join(hashes)), dtype=np.uint8).reshape(-1, HASH_BYTES)


def _numbered(landing: pd.DataFrame) -> pd.DataFrame:
    """Number the records, and find of each mention the row that makes it.

    A mention belongs to a row of a base of its own organisation, which lands with it; the row's
    identity names its mentions.
    """
    ids = landing["external_id"].tolist() + landing["stating_id"].tolist()
    named = pd.factorize(np.array(ids, dtype=object))[0].reshape(2, -1)
    own, stating = landing["organisation_id"].factorize()[0] * (named.max() + 1) + named
    line = pd.factorize(own * len(RecordKind) + landing["kind"].factorize()[0])[0] + 1
    mentions = landing["part"].to_numpy() > 0
    in_base = landing["kind"].isin([RecordKind.MENTOR, RecordKind.MENTEE]).to_numpy()
    lines = pd.Series(line[in_base], index=own[in_base])
    lines = lines[~lines.index.duplicated()]
    stating_line = np.zeros(len(line), dtype=np.int64)
    stating_line[mentions] = lines.loc[stating[mentions]].to_numpy()
    return landing.assign(line=line, stating_line=stating_line)


def _versions(landing: pd.DataFrame) -> pd.DataFrame:
    """Leave out what is said twice of one day, and mark each record's newest version and days."""
    repeated = landing.duplicated("line", keep=False).to_numpy()
    day = landing["stated_as_of"]
    landing = landing.assign(is_newest=~repeated, first_stated=day, last_stated=day)
    if not repeated.any():
        return landing
    again = landing[repeated].sort_values([*SAID, "sheet", "row"]).drop_duplicates(SAID)
    days = again.groupby("line")["stated_as_of"]
    again = again.assign(
        is_newest=~again.duplicated("line", keep="last"),
        first_stated=days.transform("first"),
        last_stated=days.transform("last"),
    )
    return pd.concat([landing[~repeated], again])
