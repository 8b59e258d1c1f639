"""What the columns of school tables are called: real-life spellings of each field's header."""

from hub.records import FileKind

# The field's name is the hub's; spellings are as they stand in files, before any normalising.
HEADINGS: dict[str, tuple[str, ...]] = {
    "row_no": ("№ п/п", "№", "N п/п", "№ п/п."),
    "full_name": ("ФИО", "Ф.И.О.", "Фамилия, имя, отчество", "Ф.И.О. (полностью)", "ФИО ПОЛНОСТЬЮ"),
    "last_name": ("Фамилия", "ФАМИЛИЯ"),
    "first_name": ("Имя", "ИМЯ"),
    "middle_name": ("Отчество", "Отчество (при наличии)"),
    "birth_date": ("Дата рождения", "Дата рожд.", "Число, месяц, год рождения", "Д.р."),
    "snils": ("СНИЛС", "Номер СНИЛС", "№ СНИЛС", "СНИЛС (при наличии)"),
    "position": ("Должность", "Занимаемая должность", "Должность по штатному расписанию"),
    "subject": ("Предмет", "Преподаваемый предмет", "Преподаваемые предметы"),
    "employment_type": ("Основной/совместитель", "Вид занятости", "Совместительство"),
    "hire_date": ("Дата приёма", "Дата приема на работу", "Дата приёма на работу", "Работает с"),
    "total_experience": ("Общий стаж", "Стаж общий", "Общий стаж работы"),
    "teaching_experience": ("Педагогический стаж", "Пед. стаж", "Стаж педагогической работы"),
    "category": ("Категория", "Квалификационная категория", "Кв. категория"),
    "education_level": ("Уровень образования", "Образование"),
    "graduation_year": ("Год окончания", "Год выпуска"),
    "phone": ("Телефон", "Контактный телефон", "Моб. телефон", "Сотовый"),
    "email": ("E-mail", "Эл. почта", "Электронная почта", "Адрес электронной почты"),
    "young_specialist": ("Молодой специалист (да/нет)", "Статус молодого специалиста"),
    "dismissal_date": ("Дата увольнения", "Уволен"),
    "previous_last_name": ("Прежняя фамилия", "Девичья фамилия", "Предыдущая фамилия"),
    "organization": ("Наименование ОО", "Образовательная организация", "Учреждение"),
    "class": ("Класс", "Класс (литера)"),
    "gender": ("Пол", "Пол (м/ж)"),
    "mentor_full_name": ("ФИО наставника", "Ф.И.О. наставника"),
    "mentee_full_name": ("ФИО наставляемого (наставляемых)", "ФИО наставляемого"),
    "contacts": ("Контактные данные для связи", "Контактные данные"),
    "mentor_organization": ("Место работы/учёбы наставника", "Место работы/учебы наставника"),
    "mentee_organization": ("Место работы/учёбы наставляемого", "Место работы/учебы наставляемого"),
    "competences": ("Основные компетенции наставника", "Компетенции наставника"),
    "achievements": ("Важные для программы достижения наставника", "Достижения"),
    "interests": ("Интересы наставника", "Интересы"),
    "preferred_age": ("Желаемый возраст наставляемых", "Возраст наставляемых"),
    "time_resource": ("Ресурс времени на программу наставничества", "Ресурс времени"),
    "joined_at": ("Дата вхождения в программу", "Дата вхождения\nв программу"),
    "left_at": ("Дата завершения программы", "Дата завершения"),
    "mentoring_form": ("Форма наставничества", "Форма\nнаставничества"),
    "program": ("Название программы", "Программа наставничества", "Наименование программы"),
    "result": ("Результаты программы", "Результаты"),
    "birth_year": ("Год рождения наставляемого", "Год рождения"),
    "main_request": ("Основной запрос наставляемого", "Запрос наставляемого"),
    "completion_mark": ("Отметка о прохождении программы", "Отметка о завершении"),
}
# Spellings that one kind of table alone uses.
OWN_HEADINGS: dict[tuple[FileKind, str], tuple[str, ...]] = {
    (FileKind.STAFF, "full_name"): ("ФИО педагога", "ФИО сотрудника", "ФИО", "Ф.И.О."),
    (FileKind.PUPILS, "full_name"): ("ФИО обучающегося", "ФИО ученика", "Фамилия, имя, отчество"),
    (FileKind.MENTEE_BASE, "mentee_full_name"): ("ФИО наставляемого",),
    (FileKind.MENTEE_BASE, "contacts"): (
        "Контактные данные для связи (данные представителя)",
        "Контактные данные для связи",
    ),
    (FileKind.MENTOR_BASE, "case_url"): (
        "Ссылка на кейс/отзыв наставника, размещенные на сайте организации",
        "Ссылка на кейс",
    ),
    (FileKind.MENTEE_BASE, "case_url"): (
        "Ссылка на кейс/отзыв наставляемого, размещенные на сайте организации",
        "Ссылка",
    ),
}
# Columns that stand under a common heading where the header has two levels.
GROUPED: dict[str, tuple[str, str]] = {
    "total_experience": ("Стаж", "общий"),
    "teaching_experience": ("Стаж", "педагогический"),
    "education_level": ("Образование", "уровень"),
    "graduation_year": ("Образование", "год окончания"),
}
MENTOR_BASE = (
    "row_no",
    "mentor_full_name",
    "contacts",
    "mentor_organization",
    "competences",
    "achievements",
    "interests",
    "preferred_age",
    "time_resource",
    "joined_at",
    "mentee_full_name",
    "mentoring_form",
    "mentee_organization",
    "left_at",
    "result",
    "case_url",
)
MENTEE_BASE = (
    "row_no",
    "mentee_full_name",
    "contacts",
    "birth_year",
    "main_request",
    "joined_at",
    "mentor_full_name",
    "mentoring_form",
    "mentor_organization",
    "left_at",
    "result",
    "case_url",
    "completion_mark",
)


def heading(kind: FileKind, field: str, wording: int) -> str:
    """Give the spelling that a school with this habit of wording uses for a field."""
    options = OWN_HEADINGS.get((kind, field)) or HEADINGS[field]
    return options[(wording + len(field)) % len(options)]
