"""The statement of an operation: its safe shape, its parameters, its plans."""

import re
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from graphql import print_schema as print_core
from graphql import validate_schema

from hub.access import ClientKind, Grant, Purpose, Role, Viewer
from hub.settings import CHECKOUT
from hub.tables import Base
from schema.compiler.bindings import Column
from schema.compiler.compiled import Plan
from schema.compiler.request import ViewerShape, shape_of
from schema.compiler.run import Engine
from schema.errors import ErrorCode, RequestRefused
from schema.root import COMMITTED, build_schema, print_schema

AUTHORITY = UUID(int=7)
SCOPED = ViewerShape(purposes=frozenset(), region_wide=False)
REGION = ViewerShape(purposes=frozenset(Purpose), region_wide=True)
ENGINE = Engine(
    build_schema(), cursor_secret=b"k" * 32, zone=ZoneInfo("UTC"), open_seal=lambda _: ""
)
STANDS = (
    r"\(\$(?P<version>\d+)::bigint is null or \(\$\d+::timestamptz > now\(\) and"
    r" \$(?P=version)::bigint = \(select v\.version from access_version v\)\)\)"
)
SAFE = re.compile(
    r"with s as materialized \(select set_config\('hub\.scope', \(\$1::uuid\)::text, true\) as ok,"
    r" set_config\('hub\.today', \(\$\d+::date\)::text, true\) as on_day,"
    rf" {STANDS} as stands\)"
    r" select case when s\.stands then convert_to\(concat\(.*\), 'UTF8'\) end from s",
    re.DOTALL,
)
PEOPLE = "query($f: PersonFilter, $n: Int) { people(filter: $f, first: $n) { nodes { id } } }"


def compiled(
    text: str, variables: dict[str, object] | None = None, shape: ViewerShape = SCOPED
) -> Plan:
    prepared, given = ENGINE.prepare(text, None, variables or {})
    return ENGINE.plan(prepared, given, shape)


def viewer(role: Role) -> Viewer:
    grant = Grant(
        role=role, organisation_id=AUTHORITY, authority_id=AUTHORITY, purposes=frozenset()
    )
    return Viewer(
        client_id=UUID(int=1), client_name="", kind=ClientKind.SYSTEM, grant=grant, grants=(grant,)
    )


def depths(sql: str) -> list[int]:
    """Return how deep in parentheses each FROM of a statement stands, literals left out."""
    found, depth = [], 0
    for piece in re.findall(r"'(?:[^']|'')*'|[()]|\bfrom\b", sql):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "from":
            found.append(depth)
    return found


def test_a_scoped_statement_has_the_safe_shape_and_nothing_beside_it() -> None:
    sql = compiled(
        "{ a: people { nodes { id } } viewer { name } organisations { totalCount } }"
    ).statement.sql

    assert SAFE.fullmatch(sql)
    assert 1 == depths(sql).count(0)


def test_a_region_wide_statement_sets_no_scope_and_keeps_the_authority_explicit() -> None:
    sql = compiled("{ people { nodes { id } } }", shape=REGION).statement.sql

    assert "set_config" not in sql
    assert re.search(r"authority_id = \$\d+::uuid", sql)
    assert re.match(f"select case when {STANDS} then ", sql)


def test_values_of_a_request_never_stand_in_the_statement() -> None:
    literal = compiled('{ people(first: 17, filter: {namePrefix: "Пробкин"}) { totalCount } }')
    variable = compiled(PEOPLE, {"f": {"namePrefix": "Пробкин"}, "n": 17})

    for plan in (literal, variable):
        assert "Пробкин" not in plan.statement.sql
        assert "17" not in plan.statement.sql


def test_every_parameter_of_a_statement_is_taken_once_and_in_order() -> None:
    statement = compiled("{ people { totalCount } viewer { name } }").statement
    numbers = {int(number) for number in re.findall(r"\$(\d+)::", statement.sql)}

    assert set(range(1, len(statement.takes) + 1)) == numbers


def test_one_plan_serves_all_values_of_a_shape_and_no_other_shape() -> None:
    first = compiled(PEOPLE, {"f": {"namePrefix": "а"}, "n": 1})
    same = compiled(PEOPLE, {"f": {"namePrefix": "б"}, "n": 9})
    role = compiled(PEOPLE, {"f": {"role": "MENTOR"}, "n": 9})
    other_role = compiled(PEOPLE, {"f": {"role": "PUPIL"}, "n": 9})

    assert first is same
    assert 3 == len({first.statement.sql, role.statement.sql, other_role.statement.sql})


def test_a_masked_column_is_not_even_read() -> None:
    text = "{ people { nodes { birthDate maskedFields } } }"

    masked, open_ = compiled(text), compiled(text, shape=REGION)

    assert "birth_date" not in masked.statement.sql
    assert '"maskedFields":["birthDate"]' in masked.statement.sql
    assert ".birth_date" in open_.statement.sql


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_of_the_whole_region_are_region_wide(role: Role) -> None:
    wide = {Role.OPERATOR, Role.REGIONAL_CENTRE, Role.STEWARD, Role.AUDITOR}

    assert (role in wide) is shape_of(viewer(role)).region_wide


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == print_schema()


def test_the_schema_is_valid_and_every_part_of_it_is_described() -> None:
    core = ENGINE.schema
    # Types that describe directives of the federation specification are its own.
    foreign = ("__", "_FieldSet", "link__")
    ours = [kind for kind in core.type_map.values() if not kind.name.startswith(foreign)]
    parts = [
        (f"{kind.name}.{name}", part)
        for kind in ours
        for members in (getattr(kind, "fields", {}), getattr(kind, "values", {}))
        for name, part in members.items()
    ]
    parts += [
        (f"{name}({argument})", given)
        for name, part in parts
        for argument, given in getattr(part, "args", {}).items()
    ]
    bare = [
        name for name, part in [(kind.name, kind) for kind in ours] + parts if not part.description
    ]

    assert [] == validate_schema(core)
    assert [] == bare
    assert "@specifiedBy" in print_core(core)


def test_coverage_is_asked_first_of_what_is_kept_in_a_statement_of_the_same_shape() -> None:
    asked = "{ coverage(groupBy: DEPARTMENT) { rows { key mentors } total { pairs youngSpecialists } } }"
    plan = compiled(asked)
    filtered = compiled(asked.replace("DEPARTMENT", 'DEPARTMENT, filter: {forms: ["P"]}'))

    assert plan.ready is not None
    assert SAFE.fullmatch(plan.ready.sql)
    assert len(plan.ready.sql) < len(plan.statement.sql) / 3
    assert "participation_fact" not in plan.ready.sql
    assert filtered.ready is None
    assert compiled(PEOPLE).ready is None


def test_a_field_that_is_never_null_reads_a_column_that_is_never_null() -> None:
    # Kept answers are read by the statement of coverage alone: no type is bound to their table.
    tables = [table for name, table in Base.metadata.tables.items() if name != "rollup"]
    nullable = {
        f"{{t}}.{column.name}" for table in tables for column in table.columns
        if all(
            other.columns[column.name].nullable
            for other in tables if column.name in other.columns
        )
    }  # fmt: skip
    wrong = [
        f"{name}.{field}"
        for name, binding in ENGINE.bindings.items()
        for field, bound in binding.fields.items()
        if isinstance(bound, Column)
        and bound.sql in nullable
        and str(ENGINE.schema.type_map[name].fields[field].type).endswith("!")  # type: ignore[attr-defined]  # bindings are of object types
    ]

    assert [] == wrong


def test_fragments_that_double_at_each_level_are_measured_in_linear_time() -> None:
    parts = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(60))
    text = "{ ...F0 } " + parts + "fragment F60 on Query { viewer { name } }"

    with pytest.raises(RequestRefused) as refused:
        ENGINE.prepare(text, None, {})

    assert {"root_fields", "cost"} == {
        str((error.extensions or {})["limit"]) for error in refused.value.errors
    }


@pytest.mark.parametrize(
    "text",
    [
        "{ ...Nowhere }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    ],
)
def test_broken_fragments_are_refused_not_crashed_on(text: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        ENGINE.prepare(text, None, {})

    assert "GRAPHQL_VALIDATION_FAILED" == (refused.value.errors[0].extensions or {})["code"]


def test_every_code_of_an_answer_has_a_remedy() -> None:
    documented = (CHECKOUT / "docs" / "errors.md").read_text(encoding="utf-8")

    assert [] == [code for code in ErrorCode if f"| `{code}` |" not in documented]


def test_the_measures_of_a_comparison_decide_its_statement_and_their_order_does_not() -> None:
    text = """query($m: [CoverageMeasure!]!) {
        coverageDelta(from: { academicYear: 2024 }, measures: $m) {
          total { figures { measure before after } } } }"""

    one, other = (
        compiled(text, {"m": measures}).statement.sql
        for measures in (["PAIRS", "MENTEES"], ["MENTEES", "PAIRS"])
    )

    assert one == other
    assert one != compiled(text, {"m": ["PAIRS"]}).statement.sql


@pytest.mark.parametrize(
    "kind", ["ONE_SIDED", "DISPUTED", "ASSERTED_NOT_NAMED", "HOST_ENDED", "MENTOR_DISMISSED"]
)
def test_a_finding_of_one_kind_is_looked_for_alone(kind: str) -> None:
    text = "query($f: FindingFilter) { findings(filter: $f) { nodes { key } } }"

    found = re.findall(
        r"select '([A-Z_]+)' as kind", compiled(text, {"f": {"kind": kind}}).statement.sql
    )

    assert [kind] == found


def test_what_stands_around_a_list_is_written_once_and_not_for_each_level() -> None:
    sql = compiled("{ people { nodes { id employments { positionName } } } }").statement.sql

    assert """concat('{"data":{"people":{"nodes":[', (select string_agg(""" in sql
    assert """',"employments":[', (select string_agg(""" in sql
    assert "']}'" in sql


def test_a_page_signs_one_row_however_many_it_shows() -> None:
    sql = compiled("{ people { nodes { id } pageInfo { endCursor } } }").statement.sql

    (aggregate,) = set(re.findall(r"array_agg\(.*?\) filter", sql))
    assert "sha256" in sql
    assert "sha256" not in aggregate
