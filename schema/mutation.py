"""The root fields that change something, gathered from the rooms that act."""

from schema.accepting import IMPORT_ACCEPT, ImportAcceptPayload, accept_import
from schema.compiler import declare
from schema.pushing import (
    REKEY,
    UPSERT,
    UPSERT_BATCH,
    StaffUpsertBatchPayload,
    StaffUpsertPayload,
    rekey_staff,
    upsert_staff,
    upsert_staff_batch,
)


@declare.bound("Изменения; каждое — своей транзакцией, по порядку.")
class Mutation:
    """The root fields that change something."""

    import_accept: ImportAcceptPayload = declare.action(
        "Принять присланный файл: его примет работник в очереди. Повтор с теми же сведениями "
        "ничего не меняет.",
        accept_import,
        (IMPORT_ACCEPT,),
    )
    staff_upsert: StaffUpsertPayload = declare.action(
        "Сказать об одной карточке работника: новая, изменённая, удалённая или отозванная.",
        upsert_staff,
        (UPSERT,),
    )
    staff_upsert_batch: StaffUpsertBatchPayload = declare.action(
        "Сказать о карточках работников, до тысячи; каждая отвечается отдельно.",
        upsert_staff_batch,
        (UPSERT_BATCH,),
    )
    staff_rekey: StaffUpsertPayload = declare.action(
        "Сменить номер карточки: человек и его история остаются.",
        rekey_staff,
        (REKEY,),
    )
