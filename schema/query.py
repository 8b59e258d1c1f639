"""The root fields that ask, gathered from the rooms; those that change something are in `mutation`."""

import strawberry

from schema.access.auditing import AUDIT_FILTER, AuditEvent, audit_rows
from schema.access.clients import Client, client_rows
from schema.access.viewer import RateLimit, Viewer
from schema.compiler import declare
from schema.connection import Connection
from schema.coverage.answer import COVERAGE, Coverage
from schema.coverage.delta import COVERAGE_DELTA, CoverageDelta
from schema.coverage.gaps import COVERAGE_GAPS
from schema.coverage.members import COVERAGE_MEMBERS, CoverageMember
from schema.coverage.publications import PUBLICATIONS, Publication
from schema.feed.events import CHANGES, FEED, Change, Feed
from schema.feed.webhooks import (
    STATE,
    WEBHOOK,
    Webhook,
    WebhookDelivery,
    delivery_rows,
    webhook_rows,
)
from schema.files.imports import (
    IMPORT_ID,
    IMPORT_STATE,
    ImportFile,
    import_row,
    import_rows,
)
from schema.law.consents import CONSENT_FILTER, Consent, consent_rows
from schema.law.requests import (
    REQUEST_FILTER,
    DestructionAct,
    SubjectRequest,
    act_rows,
    request_rows,
)
from schema.lists.in_role import ROLE_ARGUMENTS, mentee_rows, mentor_rows
from schema.lists.mentorships import MENTORSHIP_LIST_ARGUMENTS, mentorship_rows
from schema.lists.organisations import ORGANISATION_ARGUMENTS, organisation_rows
from schema.lists.people import PERSON_ARGUMENTS, people_rows
from schema.lists.programmes import PROGRAMME_ARGUMENTS, programme_rows
from schema.mentoring.mentorship import Mentorship, Programme
from schema.node import GlobalNode
from schema.organisations.organisation import TERRITORY_ROWS, Organisation, Territory
from schema.organisations.parts import SUBORDINATE_ARGUMENTS, subordinate_rows
from schema.people.own_lists import (
    ACADEMIC_YEAR,
    ORGANISATION,
    MenteeBaseRow,
    MentorBaseRow,
    PupilRow,
    StaffRow,
    mentee_base_rows,
    mentor_base_rows,
    pupil_rows,
    staff_rows,
)
from schema.people.person import Person
from schema.review.findings import FINDING_ARGUMENTS, Finding, finding_rows
from schema.review.person import EXPLAINED_ID, PersonExplanation, explained_person
from schema.review.questions import (
    QUESTION_FILTER,
    QUESTION_ID,
    QUEUE_FILTER,
    Question,
    ReviewSummary,
    question_row,
    question_rows,
    queue_rows,
    summary_row,
)
from schema.review.sampling import BLIND, BLIND_ROWS, BlindPair, PatternPrecision, precision_rows
from schema.review.verdicts import VERDICT_FILTER, Verdict, verdict_rows
from schema.sources.changesets import CHANGESET_FILTER, Changeset, changeset_rows
from schema.sources.rejections import REJECTION_FILTER, Rejection, rejection_rows
from schema.sources.runs import (
    HOLD_FILTER,
    SYNC_RUN_FILTER,
    Hold,
    Source,
    SyncRun,
    hold_rows,
    source_rows,
    sync_run_rows,
)
from schema.sources.silence import SILENCE_KIND, Silence, silence_rows
from schema.sources.simulations import SIMULATION_ID, SIMULATION_ROWS, Simulation, simulation_row


@declare.bound("Чтение.")
class Query:
    """The root fields; none has a resolver, all are compiled."""

    viewer: Viewer = declare.inline("Кто спрашивает и что ему видно.")
    rate_limit: RateLimit = declare.inline("Сколько стоит запрос и сколько ещё можно спросить.")
    node: GlobalNode | None = declare.any_by_id("Объект любого вида по идентификатору.")
    nodes: list[GlobalNode | None] = declare.many_by_id(
        "Объекты по идентификаторам; на месте ненайденного — null."
    )
    person: Person | None = declare.by_id("Человек; вне области видимости — null.")
    people: Connection[Person] = declare.page(
        "Люди в вашей области видимости.", people_rows, PERSON_ARGUMENTS
    )
    mentors: Connection[Person] = declare.page(
        "Кто в этот день наставник в действующей паре, в вашей области видимости.",
        mentor_rows,
        ROLE_ARGUMENTS,
    )
    mentees: Connection[Person] = declare.page(
        "У кого в этот день есть наставник, в вашей области видимости.",
        mentee_rows,
        ROLE_ARGUMENTS,
    )
    mentorship: Mentorship | None = declare.by_id("Наставничество; вне области видимости — null.")
    mentorships: Connection[Mentorship] = declare.page(
        "Наставничество в вашей области видимости: хотя бы одна сторона — ваша.",
        mentorship_rows,
        MENTORSHIP_LIST_ARGUMENTS,
    )
    programme: Programme | None = declare.by_id("Программа; вне области видимости — null.")
    programmes: Connection[Programme] = declare.page(
        "Программы в вашей области видимости.", programme_rows, PROGRAMME_ARGUMENTS
    )
    organisation: Organisation | None = declare.by_id("Учреждение; вне области видимости — null.")
    organisations: Connection[Organisation] = declare.page(
        "Учреждения в вашей области видимости.", organisation_rows, ORGANISATION_ARGUMENTS
    )
    subordinate_organisations: Connection[Organisation] = declare.page(
        "Учреждения, подчинённые органу управления в этот день; без authority — вашему. В вашей "
        "области видимости.",
        subordinate_rows,
        (
            declare.argument(
                "authority", strawberry.ID | None, "Орган управления; без него — ваш собственный."
            ),
            *SUBORDINATE_ARGUMENTS,
            *ORGANISATION_ARGUMENTS,
        ),
    )
    territories: Connection[Territory] = declare.page("Территории региона.", TERRITORY_ROWS)
    rejections: Connection[Rejection] = declare.page(
        "Что не взято из файлов учреждений вашей области видимости: новые файлы первыми.",
        rejection_rows,
        (REJECTION_FILTER,),
    )
    questions: Connection[Question] = declare.page(
        "Вопросы о совпадениях в вашей области видимости: похожие первыми.",
        question_rows,
        (QUESTION_FILTER,),
    )
    question: Question | None = declare.one(
        "Вопрос о совпадении; вне области видимости — null.", question_row, (QUESTION_ID,)
    )
    review_queue: Connection[Question] = declare.page(
        "Что ждёт ответа в вашей области видимости: первым то, что изменит больше.",
        queue_rows,
        (QUEUE_FILTER,),
    )
    review_summary: ReviewSummary = declare.one(
        "Искали ли совпадения в вашей области видимости и сколько вопросов ждёт.", summary_row
    )
    review_sample: Connection[BlindPair] = declare.page(
        "Пары для разметки вслепую, ещё не размеченные.", BLIND_ROWS
    )
    review_precision: Connection[PatternPrecision] = declare.page(
        "Насколько верны рисунки совпадений по ответам людей, менее уверенные первыми.",
        precision_rows,
        (BLIND,),
    )
    verdicts: Connection[Verdict] = declare.page(
        "Решения людей в вашей области видимости, последние первыми.",
        verdict_rows,
        (VERDICT_FILTER,),
    )
    person_explain: PersonExplanation | None = declare.one(
        "Почему эти записи — один человек; вне области видимости — null.",
        explained_person,
        (EXPLAINED_ID,),
    )
    findings: Connection[Finding] = declare.page(
        "Где источники не сошлись, по учреждениям вашей области видимости; без period — на сегодня.",
        finding_rows,
        FINDING_ARGUMENTS,
    )
    sources: Connection[Source] = declare.page(
        "Источники по коду; видны оператору и региональному центру, остальным — пустой список.",
        source_rows,
    )
    sync_runs: Connection[SyncRun] = declare.page(
        "Обмены с источниками, новые первыми; видны оператору и региональному центру, остальным — "
        "пустой список.",
        sync_run_rows,
        (SYNC_RUN_FILTER,),
    )
    holds: Connection[Hold] = declare.page(
        "Что задержано из записей учреждений вашей области видимости, новое первым.",
        hold_rows,
        (HOLD_FILTER,),
    )
    changesets: Connection[Changeset] = declare.page(
        "Изменения, новые первыми; видны оператору и региональному центру, остальным — пустой "
        "список.",
        changeset_rows,
        (CHANGESET_FILTER,),
    )
    silences: Connection[Silence] = declare.page(
        "Какие списки ждали к сегодняшнему дню и не получили, в вашей области видимости: кто молчит "
        "дольше, тот первым.",
        silence_rows,
        (SILENCE_KIND,),
    )
    simulation: Simulation | None = declare.one(
        "Проба изменения; вне области видимости — null.", simulation_row, (SIMULATION_ID,)
    )
    simulations: Connection[Simulation] = declare.page(
        "Пробы изменений в вашей области видимости, новые первыми.", SIMULATION_ROWS
    )
    import_file: ImportFile | None = declare.one(
        "Присланный файл; вне области видимости — null.", import_row, (IMPORT_ID,)
    )
    imports: Connection[ImportFile] = declare.page(
        "Файлы, присланные учреждениями вашей области видимости, новые первыми.",
        import_rows,
        (IMPORT_STATE,),
    )
    staff_rows: Connection[StaffRow] = declare.page(
        "Список работников учреждения на сегодня, как его пишет школа.",
        staff_rows,
        (ORGANISATION,),
    )
    pupil_rows: Connection[PupilRow] = declare.page(
        "Список обучающихся учреждения на сегодня, как его пишет школа.",
        pupil_rows,
        (ORGANISATION,),
    )
    mentor_base_rows: Connection[MentorBaseRow] = declare.page(
        "База наставников учреждения за учебный год, строка за строкой.",
        mentor_base_rows,
        (ORGANISATION, ACADEMIC_YEAR),
    )
    mentee_base_rows: Connection[MenteeBaseRow] = declare.page(
        "База наставляемых учреждения за учебный год, строка за строкой.",
        mentee_base_rows,
        (ORGANISATION, ACADEMIC_YEAR),
    )
    consents: Connection[Consent] = declare.page(
        "Согласия людей вашей области видимости, подписанные последними — первыми.",
        consent_rows,
        (CONSENT_FILTER,),
    )
    subject_requests: Connection[SubjectRequest] = declare.page(
        "Обращения субъектов в вашей области видимости: первым то, чей срок ближе.",
        request_rows,
        (REQUEST_FILTER,),
    )
    destruction_acts: Connection[DestructionAct] = declare.page(
        "Акты об уничтожении, новые первыми; видны оператору и региональному центру, остальным — "
        "пустой список.",
        act_rows,
    )
    audit_events: Connection[AuditEvent] = declare.page(
        "Журнал доступа, новые записи первыми: кто что сделал и кого видел; виден проверяющему, "
        "оператору и региональному центру, остальным — пустой список.",
        audit_rows,
        (AUDIT_FILTER,),
        most=1_000,
    )
    coverage: Coverage = COVERAGE
    coverage_members: Connection[CoverageMember] = COVERAGE_MEMBERS
    coverage_delta: CoverageDelta = COVERAGE_DELTA
    coverage_gaps: Connection[CoverageMember] = COVERAGE_GAPS
    publications: Connection[Publication] = PUBLICATIONS
    changes: Connection[Change] = CHANGES
    feed: Feed = FEED
    clients: Connection[Client] = declare.page(
        "Клиенты с правами и ключами; видны оператору, остальным — пустой список.", client_rows
    )
    webhooks: Connection[Webhook] = declare.page(
        "Ваши адреса уведомлений; оператору и региональному центру — все.", webhook_rows
    )
    webhook_deliveries: Connection[WebhookDelivery] = declare.page(
        "Что отправлено на ваш адрес, последнее первым.", delivery_rows, (WEBHOOK, STATE)
    )
