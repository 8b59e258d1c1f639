"""The pages of docs/reference, written from the declared types: `python -m schema.described`.

What a page says of a field is what the compiler does with it: the same declaration is the SDL, the
SQL and the row here, so a new register has its page as soon as it is declared.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema.compiler.bindings import Binding, Bindings, Column, Done, Page, TypeBinding
from schema.compiler.declare import collect
from schema.limits import PAGE_DEFAULT
from schema.root import build_schema

FOLDER: Final = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE: Final = "<!-- Написано командой python -m schema.described; правьте объявления в schema/. -->"
ROOTS: Final = ("Query", "Mutation")
PAGING: Final = ("first", "after", "last", "before")
Described = GraphQLArgument | GraphQLInputField


def pages() -> Mapping[str, str]:
    """Return the pages of the hub's schema, by the name of their file."""
    return pages_of(build_schema())


def pages_of(schema: strawberry.Schema) -> Mapping[str, str]:
    """Return the pages of a schema, by the name of their file."""
    book = _Book(schema._schema, collect(schema))  # noqa: SLF001 - Strawberry gives its graphql-core schema no public name
    return {name: "\n".join([NOTE, "", *lines]) + "\n" for name, lines in book.pages()}


def write() -> None:
    """Write the pages into the documents, and take away those that are no more."""
    written = pages()
    FOLDER.mkdir(exist_ok=True)
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    for old in FOLDER.glob("*.md"):
        if old.name not in written:
            old.unlink()


class _Book:
    """Knows where each type is described."""

    def __init__(self, schema: GraphQLSchema, bindings: Bindings) -> None:
        kinds = [kind for kind in schema.type_map.values() if _is_ours(kind)]
        self._kinds = sorted(kinds, key=lambda kind: kind.name)
        self._bindings = bindings
        self._pages: Mapping[str, tuple[str, Callable[[GraphQLNamedType], bool]]] = {
            "queries.md": ("Что можно спросить", lambda kind: kind.name == "Query"),
            "mutations.md": ("Что можно изменить", lambda kind: kind.name == "Mutation"),
            "types.md": ("Виды объектов", _is_output),
            "inputs.md": ("Условия, порядок и другие значения", lambda kind: not _is_output(kind)),
        }
        self._places = {kind.name: self._page_of(kind) for kind in self._kinds}

    def pages(self) -> Iterator[tuple[str, Iterable[str]]]:
        yield "README.md", self._contents()
        for name, (title, _) in self._pages.items():
            kinds = [kind for kind in self._kinds if self._places[kind.name] == name]
            yield name, [f"# {title}", *(line for kind in kinds for line in self._about(kind))]

    def _contents(self) -> Iterator[str]:
        yield "# Справочник API"
        yield ""
        yield "Всё, что отвечает `POST /graphql`, по объявлениям схемы. Правила: [api.md](../api.md)."
        yield ""
        yield "| что | сколько |"
        yield "|---|---|"
        for name, (title, _) in self._pages.items():
            count = sum(_size(kind) for kind in self._kinds if self._places[kind.name] == name)
            yield f"| [{title}]({name}) | {count} |"

    def _page_of(self, kind: GraphQLNamedType) -> str:
        return next(name for name, (_, belongs) in self._pages.items() if belongs(kind))

    def _about(self, kind: GraphQLNamedType) -> Iterator[str]:
        yield ""
        yield f"## {kind.name}"
        yield ""
        yield _line(kind.description)
        yield ""
        match kind:
            case GraphQLObjectType() if kind.name in ROOTS:
                yield from self._roots(kind)
            case GraphQLObjectType() | GraphQLInterfaceType():
                yield from self._fields(kind)
            case GraphQLUnionType():
                yield f"Одно из: {', '.join(map(self._link, kind.types))}."
            case GraphQLInputObjectType():
                yield from self._inputs(kind.fields)
            case GraphQLEnumType():
                yield "| значение | что значит |"
                yield "|---|---|"
                for name, value in kind.values.items():
                    yield f"| `{name}` | {_line(value.description)} |"
            case GraphQLScalarType():
                yield f"Записывается по {kind.specified_by_url}." if kind.specified_by_url else ""

    def _roots(self, kind: GraphQLObjectType) -> Iterator[str]:
        """Describe each root field at length: it is what somebody looks for."""
        for name, field in sorted(kind.fields.items()):
            if name.startswith("_"):
                continue
            binding = self._bindings[kind.name].fields[name]
            yield f"### {name}"
            yield ""
            yield f"{_line(field.description)} Отвечает {self._type(field.type)}."
            yield ""
            yield from (f"- {said}" for said in _terms(binding))
            own = {name: one for name, one in field.args.items() if name not in PAGING}
            if own:
                yield ""
                yield from self._inputs(own)
            yield ""

    def _fields(self, kind: GraphQLObjectType | GraphQLInterfaceType) -> Iterator[str]:
        bound = self._bindings.get(kind.name)
        yield from _identity(bound)
        yield "| поле | тип | что это | аргументы | условия |"
        yield "|---|---|---|---|---|"
        for name, field in kind.fields.items():
            terms = "; ".join(_terms(bound.fields.get(name))) if bound else ""
            yield (
                f"| `{name}` | {self._type(field.type)} | {_line(field.description)}"
                f" | {self._arguments(field)} | {terms} |"
            )

    def _arguments(self, field: GraphQLField) -> str:
        own = [name for name in field.args if name not in PAGING]
        listed = [f"`{name}`: {self._type(field.args[name].type)}" for name in own]
        paged = ["страницы"] if set(PAGING) <= set(field.args) else []
        return ", ".join([*paged, *listed])

    def _inputs(
        self, described: Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]
    ) -> Iterator[str]:
        yield "| имя | тип | что это |"
        yield "|---|---|---|"
        for name, one in described.items():
            yield f"| `{name}` | {self._type(one.type)} | {_line(one.description)}{_default(one)} |"

    def _type(self, kind: object) -> str:
        written = str(kind)
        name = written.strip("[]!")
        if name not in self._places:
            return f"`{written}`"
        return f"[`{written}`]({self._places[name]}#{name.lower()})"

    def _link(self, kind: GraphQLNamedType) -> str:
        return self._type(kind.name)


def _size(kind: GraphQLNamedType) -> int:
    """Count what a type adds to its page: each root field, else the type."""
    if isinstance(kind, GraphQLObjectType) and kind.name in ROOTS:
        return sum(not name.startswith("_") for name in kind.fields)
    return 1


def _is_ours(kind: GraphQLNamedType) -> bool:
    is_federal = kind.name.startswith(("_", "link__"))
    return not (is_federal or is_introspection_type(kind) or is_specified_scalar_type(kind))


def _is_output(kind: GraphQLNamedType) -> bool:
    outputs = (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)
    return isinstance(kind, outputs) and kind.name not in ROOTS


def _identity(bound: TypeBinding | None) -> Iterator[str]:
    if bound and bound.node:
        yield f"Находится по идентификатору `{bound.node.prefix}-…`" + (
            ", по номеру в другой системе тоже." if bound.node.reference else "."
        )
        yield ""


def _terms(binding: Binding | None) -> Iterator[str]:
    """Tell what a field costs and under which terms it is seen."""
    match binding:
        case Page():
            yield (
                f"страница до {binding.most} строк, без размера {PAGE_DEFAULT}; цена: строки, "
                "умноженные на цену каждой"
            )
        case Column() if binding.purpose is not None:
            hidden = "null" if binding.masked == "null" else "маска"
            yield f"цель `{binding.purpose}`, без неё {hidden}"
        case Done():
            yield f"ключ с разрешением `{binding.permit}`"
        case _:
            return


def _default(one: Described) -> str:
    if one.default_value is Undefined or one.default_value is None:
        return ""
    value = one.default_value
    return f" По умолчанию `{getattr(value, 'name', value)}`."


def _line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


if __name__ == "__main__":
    write()
    sys.stdout.write(f"{FOLDER.name}: {len(pages())}\n")
