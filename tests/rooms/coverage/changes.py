"""Changes of one row of each counted table, as somebody's transaction would make them."""

A_ROW = "ctid = (select ctid from {table} order by md5(ctid::text || '{seed}') limit 1)"
# A row drawn by the seed stands where a change names its table in braces.
CHANGES = {
    "pair_ends": (
        "update participation_fact set ends = least(ends, '2026-01-15') where {participation_fact}"
    ),
    "pair_holds_longer": (
        "update participation_fact set starts = '2025-02-01', ends = 'infinity' where "
        "{participation_fact}"
    ),
    "pair_goes": "delete from participation_fact where {participation_fact}",
    "pair_is_hosted_elsewhere": (
        "update participation_fact set host_id = (select id from organisation where "
        "{organisation}) where {participation_fact}"
    ),
    "pair_is_of_another_mentee": (
        "update participation_fact set mentee_id = (select person_id from employment "
        "where {employment}), in_group = true where {participation_fact}"
    ),
    "pair_comes": (
        "insert into participation_fact (mentorship_id, mentor_id, mentee_id, host_id, "
        "form_code, starts, changeset_id) select mentorship_id, mentor_id, (select "
        "person_id from possible_twin where {possible_twin}), host_id, 'TEACHER_TEACHER', "
        "'2025-01-01', 1 from participation_fact where {participation_fact}"
    ),
    "post_is_beside_another": "update employment set kind = 'EXTERNAL_PT' where {employment}",
    "post_moves": (
        "update employment set organisation_id = (select id from organisation where "
        "{organisation}), starts = '-infinity', ends = 'infinity' where {employment}"
    ),
    "post_is_a_novice_s": (
        "update employment set teaching_since = '2024-05-05', position_code = 'TEACHER', "
        "ends = 'infinity' where {employment}"
    ),
    "post_goes": "delete from employment where {employment}",
    "base_of_mentors_empties": "delete from mentor_profile",
    "twins_are_answered": "delete from possible_twin",
    "figure_grows": (
        "update stated_figure set value = value + 3, stated_as_of = '2026-02-02' where "
        "{stated_figure}"
    ),
    "list_is_newer": (
        "update stated_list set stated_as_of = '2026-03-03', academic_year = 2025, kind = "
        "'MENTOR_BASE' where {stated_list}"
    ),
    "programme_runs": "update programme set status = 'RUNNING', starts = '-infinity' where {programme}",
    "programme_loses_an_organisation": "delete from programme_organisation where {programme_organisation}",
    "approved_list_loses_one": "delete from organisation_enrolment where {organisation_enrolment}",
    "plan_grows": "update indicator_target set value = value + 7 where {indicator_target}",
    "department_loses_one": "delete from subordination where {subordination}",
    "organisation_closes": "update organisation set status = 'CLOSED' where {organisation}",
}


class _Rows(dict[str, str]):
    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed

    def __missing__(self, table: str) -> str:
        return A_ROW.format(table=table, seed=self._seed)


def drawn(change: str, seed: int) -> str:
    """Write a change of rows that the seed draws."""
    return CHANGES[change].format_map(_Rows(seed))
