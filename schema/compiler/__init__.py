"""The compiler: a validated GraphQL operation becomes one SQL statement that returns the body.

How a type and its fields are declared (`declare.py` gives the words, `bindings.py` the values):

    @declare.bound("Учреждение.", node=Node("organisation", Rows(source="organisation {t}",
                   where=("{t}.id = {id}", ORGANISATION_IN_SCOPE))))
    class Organisation:
        id: strawberry.ID = declare.identity("Непрозрачный идентификатор.", "organisation")
        short_name: str = declare.column("Краткое наименование.", "{t}.short_name")
        territory: Territory | None = declare.one("Территория.", Rows(
            source="territory {t}", where=("{t}.id = {p}.territory_id",)))

Templates know five names: `{t}` the row of the field itself, `{p}` the row it hangs on, `{scope}`
the viewer's authority (uuid), `{today}` the region's date, `{id}` the looked-up id (in `Node`).
How a value is written as JSON follows from its GraphQL type; a nullable field may be NULL in
SQL, any other must not.

**A root field with SQL of its own** (coverage) takes `Rows` from a function of the `Call`:

    def coverage_rows(call: Call) -> Rows:
        day = call.bind(call.arguments["period"].part("asOf"), "date")       # "$3::date"
        facts = f"{call.alias}_facts"                                        # unique in the statement
        return Rows(
            ctes=((facts, f"select ... from participation_fact f where f.starts <= {day} ..."),),
            source=f"(select count(distinct mentor_id) mentors ... from {facts}) {call.alias}",
        )

    coverage: Coverage = declare.one("...", coverage_rows, arguments=(...))

- `call.arguments[name]` is an `Argument`: `.given` (present and not null), `.choice` (an enum
  member or a boolean: may decide the SQL), `.part(name)` (a field of an input object), and
  `call.bind(argument, sql_type, convert=...)` (everything else: only ever a bind parameter).
  Plans are cached by the *shape* of the variables: what is given, and the enums and booleans.
- `call.selected` holds the dotted names of the fields selected below ("rows.mentors"), so only
  what is asked for is computed.
- `call.value(object, sql_type)` binds a constant, `call.scope` and `call.today` the viewer's.
- CTEs are visible to every field below: name them after `call.alias`; a field below reaches them
  as `{p}_facts`, or through `call.up` (the call of the enclosing object, and its arguments).

A list is `declare.many("...", Rows(source=..., where=..., order=(Key("{t}.sort_key", "text"),)))`;
a list opened by a predicate is `declare.page(...)`, a keyset connection over such `Rows`, which
may be a function of the call as well: it reads the same arguments through `call.up`, so a number
and its list share one predicate. `Rows.node` joins the row of the node to the driving row.
"""
