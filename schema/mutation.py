"""The root fields that change something, gathered from the rooms that act."""

from hub.access import Permit
from schema.access.granting import (
    BLOCK_INPUT,
    CREATE_INPUT,
    GRANT_INPUT,
    KEY_INPUT,
    REVOKE_INPUT,
    ROTATE_INPUT,
    UNGRANT_INPUT,
    AccessPayload,
    block_client,
    create_client,
    create_key,
    end_grant,
    grant_client,
    revoke_key,
    rotate_key,
)
from schema.compiler import declare
from schema.files.accepting import IMPORT_ACCEPT, ImportAcceptPayload, accept_import
from schema.law.acting import (
    CLOSE_INPUT,
    EXTEND_INPUT,
    OPEN_INPUT,
    RECORD_INPUT,
    WITHDRAW_INPUT,
    ConsentPayload,
    SubjectRequestPayload,
    close_request,
    extend_request,
    open_request,
    record_consent,
    withdraw_consent,
)
from schema.push.cards import (
    REKEY,
    UPSERT,
    UPSERT_BATCH,
    StaffUpsertBatchPayload,
    StaffUpsertPayload,
    rekey_staff,
    upsert_staff,
    upsert_staff_batch,
)
from schema.push.mentorships import (
    REKEY_PAIR,
    UPSERT_PAIRS,
    MentorshipRekeyPayload,
    MentorshipUpsertBatchPayload,
    rekey_mentorship,
    upsert_mentorship_batch,
)
from schema.review.deciding import (
    answer_question,
    leave_question,
    merge_people,
    pin_field,
    retract_verdict,
    split_person,
    take_question,
    unpin_field,
)
from schema.review.decisions import (
    ANSWER_INPUT,
    LEAVE_INPUT,
    MERGE_INPUT,
    PIN_INPUT,
    RETRACT_INPUT,
    SPLIT_INPUT,
    TAKE_INPUT,
    UNPIN_INPUT,
    PersonMergePayload,
    PersonPinPayload,
    PersonSplitPayload,
    QuestionAnswerPayload,
    QuestionLeasePayload,
    VerdictRetractPayload,
)
from schema.sources.changing import (
    RELEASE_INPUT,
    REPAIR_INPUT,
    SIMULATE_INPUT,
    UNDO_INPUT,
    ChangesetSimulatePayload,
    ChangesetUndoPayload,
    HoldReleasePayload,
    RejectionRepairPayload,
    release_hold,
    repair_rejection,
    simulate_change,
    undo_change,
)
from schema.sources.reading import START_INPUT, STOP_INPUT, SyncRunPayload, cancel_run, start_run


@declare.bound("Изменения; каждое — своей транзакцией, по порядку.")
class Mutation:
    """The root fields that change something."""

    import_accept: ImportAcceptPayload = declare.action(
        "Принять присланный файл: его примет работник в очереди. Повтор с теми же сведениями "
        "ничего не меняет.",
        accept_import,
        (IMPORT_ACCEPT,),
    )
    changeset_simulate: ChangesetSimulatePayload = declare.action(
        "Просчитать изменение без записи: приём файла, чтение источника или отмену. Просчитает "
        "работник.",
        simulate_change,
        (SIMULATE_INPUT,),
    )
    changeset_undo: ChangesetUndoPayload = declare.action(
        "Отменить ровно одно изменение; сказанное позже остаётся. Отменит работник.",
        undo_change,
        (UNDO_INPUT,),
    )
    rejection_repair: RejectionRepairPayload = declare.action(
        "Исправить отклонённую строку или ячейку на месте: она принимается сразу.",
        repair_rejection,
        (REPAIR_INPUT,),
    )
    hold_release: HoldReleasePayload = declare.action(
        "Отпустить задержанное: изменения верны, их можно применить.",
        release_hold,
        (RELEASE_INPUT,),
    )
    sync_run_start: SyncRunPayload = declare.action(
        "Прочитать источник: чтение ставится в очередь, выполнит его работник. Пока одно чтение "
        "источника ждёт или идёт, другое не принимается.",
        start_run,
        (START_INPUT,),
    )
    sync_run_cancel: SyncRunPayload = declare.action(
        "Отменить чтение: ждущее сразу, идущее после начатой страницы. Записанное остаётся.",
        cancel_run,
        (STOP_INPUT,),
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
    mentorship_upsert_batch: MentorshipUpsertBatchPayload = declare.action(
        "Сказать о наставничествах, до тысячи: кто кого наставляет; каждое отвечается отдельно.",
        upsert_mentorship_batch,
        (UPSERT_PAIRS,),
    )
    staff_rekey: StaffUpsertPayload = declare.action(
        "Сменить номер карточки: человек и его история остаются.",
        rekey_staff,
        (REKEY,),
    )
    mentorship_rekey: MentorshipRekeyPayload = declare.action(
        "Сменить номер наставничества: оно и его история остаются.",
        rekey_mentorship,
        (REKEY_PAIR,),
    )
    question_take: QuestionLeasePayload = declare.action(
        "Взять вопрос на время, чтобы его не разбирал другой; взять снова — продлить.",
        take_question,
        (TAKE_INPUT,),
    )
    question_leave: QuestionLeasePayload = declare.action(
        "Вернуть взятый вопрос в очередь.", leave_question, (LEAVE_INPUT,)
    )
    question_answer: QuestionAnswerPayload = declare.action(
        "Ответить на вопрос или разметить пару вслепую. Работник пересчитает людей по ответу.",
        answer_question,
        (ANSWER_INPUT,),
    )
    person_split: PersonSplitPayload = declare.action(
        "Отделить записи от человека: одну — исключить, несколько — это другой человек.",
        split_person,
        (SPLIT_INPUT,),
    )
    person_merge: PersonMergePayload = declare.action(
        "Объединить двух людей в одного.", merge_people, (MERGE_INPUT,)
    )
    verdict_retract: VerdictRetractPayload = declare.action(
        "Отменить решение: люди станут такими, как говорят записи и прочие решения.",
        retract_verdict,
        (RETRACT_INPUT,),
    )
    person_pin: PersonPinPayload = declare.action(
        "Закрепить значение поля выше всех записей.", pin_field, (PIN_INPUT,)
    )
    pin_retract: PersonPinPayload = declare.action(
        "Снять закрепление.", unpin_field, (UNPIN_INPUT,)
    )
    consent_record: ConsentPayload = declare.action(
        "Записать согласие: отдельный документ на одну цель.", record_consent, (RECORD_INPUT,)
    )
    consent_withdraw: ConsentPayload = declare.action(
        "Отозвать согласие. Если обрабатывать больше не на чем, сведения блокируются сразу и "
        "уничтожаются в срок закона.",
        withdraw_consent,
        (WITHDRAW_INPUT,),
    )
    subject_request_open: SubjectRequestPayload = declare.action(
        "Принять обращение субъекта; срок считается по производственному календарю.",
        open_request,
        (OPEN_INPUT,),
    )
    subject_request_extend: SubjectRequestPayload = declare.action(
        "Продлить срок обращения на дни, которые даёт закон; один раз.",
        extend_request,
        (EXTEND_INPUT,),
    )
    subject_request_close: SubjectRequestPayload = declare.action(
        "Закрыть обращение: исполнено или отклонено.", close_request, (CLOSE_INPUT,)
    )
    client_create: AccessPayload = declare.action(
        "Завести клиента; он ещё ничего не может.",
        create_client,
        (CREATE_INPUT,),
        permit=Permit.MANAGE,
    )
    client_grant: AccessPayload = declare.action(
        "Дать клиенту роль в пределах учреждения.",
        grant_client,
        (GRANT_INPUT,),
        permit=Permit.MANAGE,
    )
    client_ungrant: AccessPayload = declare.action(
        "Прекратить право с названного дня.", end_grant, (UNGRANT_INPUT,), permit=Permit.MANAGE
    )
    client_block: AccessPayload = declare.action(
        "Приостановить клиента со всеми ключами или снова впустить.",
        block_client,
        (BLOCK_INPUT,),
        permit=Permit.MANAGE,
    )
    key_create: AccessPayload = declare.action(
        "Выдать клиенту ключ; он показан один раз.", create_key, (KEY_INPUT,), permit=Permit.MANAGE
    )
    key_rotate: AccessPayload = declare.action(
        "Заменить ключ; прежний недолго живёт рядом.",
        rotate_key,
        (ROTATE_INPUT,),
        permit=Permit.MANAGE,
    )
    key_revoke: AccessPayload = declare.action(
        "Отозвать ключ со следующего запроса.", revoke_key, (REVOKE_INPUT,), permit=Permit.MANAGE
    )
