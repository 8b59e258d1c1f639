"""All commands in one place; a command's own imports wait until it runs."""

import os

import typer

from hub.cli import (
    api,
    audit,
    changeset,
    consent,
    database,
    documents,
    imports,
    match,
    publish,
    review,
    rollup,
    source,
    subject,
    sync,
    users,
    webhook,
)
from hub.cli.demo import demo
from hub.cli.doctor import doctor
from hub.cli.edge import edge
from hub.cli.export import export
from hub.cli.holds import holds, release
from hub.cli.models import activate, models, shadow, train
from hub.cli.serve import serve
from hub.cli.status import status
from hub.cli.worker import worker
from hub.processor import suit_numpy

app = typer.Typer(
    help="Хаб наставничества: кто кого наставляет, без двойного счёта.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.command()(status)
app.command()(doctor)
app.command()(export)
app.add_typer(database.app, name="db")
sync.app.command()(holds)
sync.app.command()(release)
for command in (train, shadow, activate, models):
    match.app.command()(command)
app.add_typer(source.app, name="source")
app.add_typer(sync.app, name="sync")
app.add_typer(imports.app, name="import")
app.add_typer(changeset.app, name="changeset")
app.add_typer(rollup.app, name="rollup")
app.add_typer(match.app, name="match")
app.add_typer(review.app, name="review")
app.add_typer(api.app, name="api")
app.add_typer(documents.app, name="documents")
app.add_typer(users.app, name="user")
app.add_typer(audit.app, name="audit")
app.add_typer(consent.app, name="consent")
app.add_typer(subject.app, name="subject")
app.add_typer(publish.app, name="publish")
app.add_typer(webhook.app, name="webhook")


@app.callback()
def prepare() -> None:
    """Хаб наставничества: кто кого наставляет, без двойного счёта."""
    # Runs before a command and not before --help. A command tells what matters by itself; what
    # the rooms log below a warning belongs to the web process, which configures its own.
    import logging

    from hub import log

    log.configure(as_json=False, level=logging.WARNING)


def main() -> None:
    """Run the command that the arguments name."""
    suit_numpy(os.environ)
    with edge():
        app(prog_name="python -m hub")
