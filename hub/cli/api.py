"""`api`: the GraphQL schema, and the keys that open it."""

import sys

import typer

from hub.cli import keys

app = typer.Typer(help="API: схема и ключи.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(keys.app, name="key")


@app.command()
def schema() -> None:
    """Напечатать схему GraphQL, какой её видят клиенты."""
    from schema.root import print_schema

    sys.stdout.write(print_schema())


@app.command()
def subgraph() -> None:
    """Напечатать схему службы Federation 2: с ключами, для сборки общего графа."""
    from schema.root import print_subgraph

    sys.stdout.write(print_subgraph())
