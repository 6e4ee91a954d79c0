"""What `greenlit complete` can be given; its code is imported when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.learn_extra import import_learning_command
from bot.cli.terminal import open_console
from bot.settings import HomeSettings, load_settings

PagePort = Annotated[
    int, typer.Option(min=0, max=65535, help="The page's port on 127.0.0.1; 0 for a free one")
]
WantedModel = Annotated[
    str,
    typer.Option(
        metavar="NAME|FOLDER",
        help="Another model than the one that did best on held-out files",
        show_default=False,
    ),
]
Lsp = Annotated[
    bool,
    typer.Option(
        "--lsp",
        help="Serve the editor that starts this, by the Language Server Protocol, "
        "in place of the page",
    ),
]


def complete(port: PagePort = 8486, model: WantedModel = "", lsp: Lsp = False) -> None:
    """Complete code as one types: a page, and an endpoint for editors.

    The model is one that `greenlit learn` made. Only this machine can ask it, and nothing is
    written to its disk. Ctrl-C ends it, with exit code 0. Exits 1 when there is no model that
    works, or it cannot listen, 2 for wrong use.
    """
    command = import_learning_command("complete")
    options = command.CompleteOptions(port, model)
    settings = load_settings(HomeSettings)
    if lsp:
        raise typer.Exit(command.serve_editor(settings.home, model))
    raise typer.Exit(command.serve_completion(open_console(), settings.home, options))
