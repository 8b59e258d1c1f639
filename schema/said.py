"""What a client did wrong, as every payload of a mutation tells it."""

from schema.compiler import declare


@declare.bound("Что клиент сделал не так.")
class UserError:
    """A mistake that the client can repair."""

    code: str = declare.column("Код из справочника ошибок.", "{t}.said ->> 'code'")
    message: str = declare.column("Что случилось и что сделать.", "{t}.said ->> 'message'")
    path: list[str] = declare.column(
        "Место во входных данных.", "array(select jsonb_array_elements_text({t}.said -> 'path'))"
    )
