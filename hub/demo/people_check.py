"""Who was taken for whom: the hub's people beside the true ones, over every row of every file."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from hub.database import Database
from hub.demo.agreement import pairwise
from hub.demo.files import DemoFile, truth_frame

PRECISION, RECALL = 0.998, 0.98
PLACES = """
select f.name as file, v.sheet, v.row, v.part, l.person_id::text as cluster,
       coalesce(d.short_name, 'Вне ТУ/ДО') as department
from record_version v
join source_file f on f.id = v.source_file_id
join record r on r.id = v.record_id
join link l on l.record_id = r.id
left join subordination s on s.organisation_id = r.organisation_id and s.kind = 'PRIMARY'
    and s.starts <= $1 and s.ends > $1
left join organisation d on d.id = s.authority_id
order by v.id
"""
COLUMNS = ("file", "sheet", "row", "part", "cluster", "department")


async def people_agree(database: Database, files: Sequence[DemoFile], *, today: date) -> bool:
    """Print pairwise precision and recall and distinct people per department beside the truth.

    Answers whether the matcher reached what the demo promises; records that nobody could tell
    apart or join by the files alone are why the promise is not 1.
    """
    async with database.reading() as session:
        rows = await session.raw.fetch(PLACES, today)
    places = pd.DataFrame([tuple(row) for row in rows], columns=COLUMNS)
    truth = truth_frame(files)
    found = pairwise(truth, places)
    print(f"Записей в файлах {len(truth)}, из них сведено {len(places)}")
    print(
        f"Точность пар {found.precision:.4f} (нужно {PRECISION}), "
        f"полнота {found.recall:.4f} (нужно {RECALL})"
    )
    both = truth.merge(places, on=["file", "sheet", "row", "part"])
    counts = both.groupby("department").agg(
        people=("cluster", "nunique"), truth=("person", "nunique")
    )
    print("\nРазных людей в файлах по управлениям, хаб / правда:")
    for department, row in counts.iterrows():
        print(f"  {department!s:44} {row['people']} / {row['truth']}")
    print(f"  {'Всего':44} {both['cluster'].nunique()} / {both['person'].nunique()}")
    return found.precision >= PRECISION and found.recall >= RECALL
