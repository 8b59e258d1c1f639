"""Where a change came from, as its readers call it."""

from typing import Final

# The source that was read, the first of the files that were taken, the partner that pushed; null
# where the change came from within. {t} is the changeset.
ORIGIN: Final = """coalesce(
    (select min(s.title) from sync_run r join source s on s.id = r.source_id
     where r.changeset_id = {t}.id),
    (select p.name from client p where {t}.kind = 'PUSH' and p.id::text = {t}.actor),
    (select min(f.name) from source_file f where f.changeset_id = {t}.id))"""
