"""Which records the competitor compares: what must agree; read by its interpreter and by ours."""

RULES = (
    ("snils",),
    ("birth", "last"),
    ("birth", "first"),
    ("last", "first", "year"),
    ("last", "first", "middle"),
    ("phone", "first"),
    ("email",),
    ("last", "middle", "place"),
    ("birth", "place"),
)
