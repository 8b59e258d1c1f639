"""How different hands call the columns of their tables: whole headers by dialect, as people write them.

Nothing here comes from the reader's own words; a header stands with the field that a clerk of the
department would say it is, and with none where the hub is not to take it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.records import FileKind

Phrases = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Ways to call a column (levels of a header divided by a bar), and the field it is."""

    names: Phrases
    field: str
    holds: str = ""

    @property
    def value(self) -> str:
        """Say what kind of value stands in the column."""
        return self.holds or self.field


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A kind of table: what it lists, its titles, its columns; `top` blank rows and `left` columns."""

    kind: FileKind
    titles: Phrases
    columns: tuple[Column, ...]
    top: int = 0
    left: int = 0
    is_sectioned: bool = False


def _column(field: str, *names: str, holds: str = "") -> Column:
    return Column(names=names, field=field, holds=holds)


NUMBER = _column("row_no", "№", "№ п/п", "№\nп/п", "N п/п", "п/п", "№пп", "Nпп")
NAME = _column(
    "full_name", "ФИО", "Ф.И.О.", "Фамилия, имя, отчество", "Фамилия Имя Отчество", "Ф. И. О."
)
BIRTH = _column(
    "birth_date",
    "Дата рождения",
    "Дата рожд.",
    "Число, месяц и год рождения",
    "дата рождения",
    "Д/р",
)
SNILS = _column(
    "snils", "СНИЛС", "Номер СНИЛС", "СНИЛС (при наличии)", "№ страхового свидетельства"
)
POST = _column("position", "Должность", "Занимаемая должность", "Должность по штатному расписанию")
PHONE = _column("phone", "Телефон", "Контактный телефон", "Мобильный телефон", "Сотовый телефон")
MAIL = _column("email", "E-mail", "Электронная почта", "Адрес эл. почты", "Эл. почта")
REMARK = _column("note", "Примечание", "Примечания", "Прим.", "Комментарий")
PASSPORT = _column("", "Паспорт", "Паспортные данные", "Серия и номер паспорта", holds="passport")

SCHOOL_STAFF = Dialect(
    kind=FileKind.STAFF,
    titles=("Список педагогических работников", "СВЕДЕНИЯ о педагогических кадрах", "Тарификация"),
    columns=(
        NUMBER,
        NAME,
        BIRTH,
        POST,
        _column("subject", "Преподаваемый предмет", "Предмет", "Преподаваемые\nдисциплины"),
        _column("total_experience", "Стаж|общий", "Общий стаж", "Стаж работы|Общий", holds="years"),
        _column(
            "teaching_experience",
            "Стаж|педагогический",
            "Педагогический стаж",
            "Стаж работы|Педагогический",
            holds="years",
        ),
        _column("category", "Категория", "Квалификационная категория", "Кв. категория"),
        _column("education_level", "Образование", "Уровень образования", "Образование|уровень"),
        PHONE,
        MAIL,
        PASSPORT,
        REMARK,
    ),
)
REGION_STAFF = Dialect(
    kind=FileKind.STAFF,
    titles=("Сводный список педагогов муниципального района", "Реестр педагогических работников"),
    columns=(
        NUMBER,
        _column("municipality", "Муниципалитет", "Муниципальный район", "Район"),
        _column("organization", "Наименование ОО", "Образовательная организация", "Школа", "ОО"),
        _column("last_name", "Фамилия", "Фамилия педагога", "Сведения о педагоге|Фамилия"),
        _column("first_name", "Имя", "Имя педагога", "Сведения о педагоге|Имя"),
        _column(
            "middle_name", "Отчество", "Отчество (при наличии)", "Сведения о педагоге|Отчество"
        ),
        BIRTH,
        SNILS,
        POST,
        _column(
            "young_specialist",
            "Молодой специалист (да/нет)",
            "Является молодым специалистом",
            holds="flag",
        ),
        _column(
            "hire_date", "Дата приема на работу", "Дата приёма", "Принят на работу", holds="day"
        ),
    ),
)
FRDO = Dialect(
    kind=FileKind.STAFF,
    titles=("Сведения о документах о дополнительном профессиональном образовании",),
    top=2,
    left=2,
    columns=(
        _column("municipality", "Муниципалитет"),
        _column("organization", "Место работы"),
        _column("last_name", "Фамилия получателя", "Фамилия"),
        _column("first_name", "Имя получателя", "Имя"),
        _column("middle_name", "Отчество получателя", "Отчество"),
        _column("birth_date", "Дата рождения получателя"),
        _column("gender", "Пол получателя"),
        _column("snils", "СНИЛС получателя", "СНИЛС"),
        _column(
            "previous_last_name",
            "Фамилия, указанная в дипломе о ВО или СПО",
            "Фамилия указанная в дипломе",
            holds="surname",
        ),
        POST,
        _column("subject", "Предмет"),
        _column("teaching_experience", "Педагогический стаж", holds="years"),
        _column("position_experience", "Стаж в должности", holds="years"),
        _column("email", "Личный электронный адрес"),
        _column("phone", "Номер телефона"),
    ),
)
AIS = Dialect(
    kind=FileKind.STAFF,
    titles=("Выгрузка из АИС «Кадры в образовании». Сотрудники",),
    columns=(
        _column("external_id", "ID карточки", "Идентификатор", holds="number"),
        _column("organization", "Полное наименование организации", "Полное наименование ОО"),
        _column("territorial_body", "ТУ/ДО"),
        _column("last_name", "Фамилия"),
        _column("first_name", "Имя"),
        _column("middle_name", "Отчество"),
        BIRTH,
        _column("gender", "Пол"),
        SNILS,
        POST,
        _column("employment_type", "Вид занятости", "Тип занятости"),
        _column("rate", "Ставка", "Количество ставок"),
        _column("teaching_experience", "Педагогический стаж", holds="years"),
        _column("category", "Квалификационная категория"),
        _column("category_date", "Дата аттестации", "Дата присвоения категории", holds="day"),
    ),
)
ZUP = Dialect(
    kind=FileKind.STAFF,
    titles=("Штатные сотрудники", "Список работников организации"),
    columns=(
        _column("personnel_number", "Табельный номер", "Таб. №", "Таб. номер", holds="number"),
        _column("full_name", "Сотрудник", "Работник", "ФИО сотрудника"),
        POST,
        _column("", "Подразделение", "График работы", holds="unit"),
        _column("hire_date", "Дата приема", "ДатаПриема", "Дата приема на работу", holds="day"),
        _column("dismissal_date", "Дата увольнения", "ДатаУвольнения", holds="day"),
        _column("employment_type", "Вид занятости"),
        BIRTH,
        _column("snils", "СтраховойНомерПФР", "СНИЛС"),
    ),
)
PUPILS = Dialect(
    kind=FileKind.PUPILS,
    titles=(
        "Список обучающихся",
        "СПИСОК учащихся, принимающих участие в программе наставничества",
    ),
    columns=(
        NUMBER,
        _column(
            "full_name", "ФИО обучающегося", "Ф.И.О. ученика", "Фамилия, имя ребёнка", "Учащийся"
        ),
        BIRTH,
        _column("class", "Класс", "Класс, литера", "Класс (группа)"),
        _column("gender", "Пол", "Пол (м/ж)"),
        _column(
            "",
            "ФИО родителя",
            "Телефон законного представителя",
            "ФИО классного руководителя",
            holds="stranger",
        ),
        _column("", "Группа здоровья", "ОВЗ", "Инвалидность", holds="flag"),
        REMARK,
    ),
)
PUPILS_BY_CLASS = Dialect(
    kind=FileKind.PUPILS,
    titles=("Контингент обучающихся", "Список учеников по классам"),
    is_sectioned=True,
    columns=(
        NUMBER,
        _column("last_name", "Фамилия", "Фамилия ученика"),
        _column("first_name", "Имя", "Имя ученика"),
        _column("middle_name", "Отчество"),
        BIRTH,
        _column("class", "Класс", "Литера", "Группа"),
    ),
)
MENTORS = Dialect(
    kind=FileKind.MENTOR_BASE,
    titles=("База наставников", "ФОРМА БАЗЫ НАСТАВНИКОВ из числа педагогов"),
    columns=(
        NUMBER,
        _column("mentor_full_name", "ФИО наставника", "Ф.И.О. наставника"),
        _column("contacts", "Контактные данные для связи"),
        _column(
            "mentor_organization",
            "Место работы/учебы наставника",
            "Место работы / учёбы наставника",
        ),
        _column("competences", "Основные компетенции наставника", holds="words"),
        _column("achievements", "Важные для программы достижения наставника", holds="words"),
        _column("interests", "Интересы наставника", holds="words"),
        _column("preferred_age", "Желаемый возраст наставляемых", holds="words"),
        _column("time_resource", "Ресурс времени на программу наставничества", holds="words"),
        _column("joined_at", "Дата вхождения в программу", holds="day"),
        _column(
            "mentee_full_name",
            "ФИО наставляемого (наставляемых)",
            "ФИО наставляемого",
            holds="several",
        ),
        _column("mentoring_form", "Форма наставничества"),
        _column("mentee_organization", "Место работы/учебы наставляемого"),
        _column("left_at", "Дата завершения программы", holds="day"),
        _column("result", "Результаты программы", holds="words"),
        _column(
            "case_url",
            "Ссылка на кейс/отзыв наставника, размещенные на сайте организации",
            holds="words",
        ),
    ),
)
MENTEES = Dialect(
    kind=FileKind.MENTEE_BASE,
    titles=("База наставляемых", "Приложение 1. Форма базы наставляемых"),
    columns=(
        NUMBER,
        _column("mentee_full_name", "ФИО наставляемого", "Ф.И.О. наставляемого"),
        _column("contacts", "Контактные данные для связи (данные представителя)"),
        _column("birth_year", "Год рождения наставляемого", holds="year"),
        _column("main_request", "Основной запрос наставляемого", holds="words"),
        _column("joined_at", "Дата вхождения в программу", holds="day"),
        _column("mentor_full_name", "ФИО наставника"),
        _column("mentoring_form", "Форма наставничества"),
        _column("mentor_organization", "Место работы/учёбы наставника"),
        _column("left_at", "Дата завершения программы", holds="day"),
        _column("result", "Результаты программы", holds="words"),
        _column(
            "case_url",
            "Ссылка на кейс/отзыв наставляемого, размещённые на сайте организации",
            holds="words",
        ),
        _column("completion_mark", "Отметка о прохождении программы", holds="flag"),
    ),
)
PAIRS = Dialect(
    kind=FileKind.MENTOR_BASE,
    titles=("Наставнические пары", "Реестр наставнических пар", "Закрепление наставников"),
    columns=(
        NUMBER,
        _column(
            "mentor_full_name", "Наставник|ФИО", "Педагог-наставник", "ФИО педагога-наставника"
        ),
        _column("position", "Наставник|Должность", "Должность наставника", holds="position"),
        _column(
            "mentee_full_name",
            "Молодой педагог|ФИО",
            "ФИО молодого педагога",
            "ФИО молодого специалиста",
        ),
        _column(
            "mentee_position",
            "Молодой педагог|Должность",
            "Должность молодого специалиста",
            holds="position",
        ),
        _column("mentoring_form", "Форма наставничества"),
        _column("joined_at", "Период|с", "Дата начала", "Начало работы пары", holds="day"),
        _column("left_at", "Период|по", "Дата окончания", "Дата завершения", holds="day"),
        _column(
            "order_ref",
            "Реквизиты приказа",
            "№ и дата приказа",
            "Приказ о закреплении",
            holds="words",
        ),
    ),
)
DIALECTS: Mapping[str, Dialect] = {
    "список работников школы": SCHOOL_STAFF,
    "свод района": REGION_STAFF,
    "ФРДО": FRDO,
    "АИС": AIS,
    "1С": ZUP,
    "список обучающихся": PUPILS,
    "по классам": PUPILS_BY_CLASS,
    "база наставников": MENTORS,
    "база наставляемых": MENTEES,
    "пары": PAIRS,
}
