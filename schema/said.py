"""What is said in lists of a row of its own: of an action, what its client did wrong besides."""

from schema.compiler import declare
from schema.compiler.bindings import Key, Rows


def listed(name: str, of: str = "{p}.said") -> Rows:
    """Walk a list of what was said in its order."""
    return Rows(
        source=f"jsonb_array_elements({of} -> '{name}') with ordinality {{t}}(said, number)",
        order=(Key("{t}.number", "bigint"),),
    )


@declare.bound("Что клиент сделал не так.")
class UserError:
    """A mistake that the client can repair."""

    code: str = declare.column("Код из справочника ошибок.", "{t}.said ->> 'code'")
    message: str = declare.column("Что случилось и что сделать.", "{t}.said ->> 'message'")
    path: list[str] = declare.column(
        "Место во входных данных.", "array(select jsonb_array_elements_text({t}.said -> 'path'))"
    )
