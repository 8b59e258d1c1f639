"""Payloads: what a source wrote of each record, as JSON text made a column at a time."""

from json.encoder import encode_basestring

import numpy as np
import pandas as pd


def payloads_of(fields: pd.DataFrame) -> "pd.Series[str]":
    """Write each row's filled fields as a JSON object; a distinct value is encoded once."""
    written = np.full(len(fields), "", dtype=object)
    for name in fields.columns:
        codes, distinct = pd.factorize(fields[name].to_numpy(dtype=object))
        head = f",{encode_basestring(name)}:"
        members = np.array(
            [head + encode_basestring(value) if value else "" for value in distinct.tolist()],
            dtype=object,
        )
        if len(members):
            written += members[codes]
    objects = ["{" + members[1:] + "}" for members in written.tolist()]
    return pd.Series(objects, index=fields.index, dtype=object)
