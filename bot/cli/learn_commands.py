"""What `greenlit learn` can be given; its code is imported when it runs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.learn_extra import import_learning_command
from bot.cli.terminal import open_console
from bot.settings import CorpusSettings, load_settings


class Preset(StrEnum):
    """How big the network is."""

    SMALL = "small"
    WHOLE = "whole"


class Kind(StrEnum):
    """The kinds of model."""

    NGRAM = "ngram"
    LSTM = "lstm"


NetworkPreset = Annotated[
    Preset, typer.Option(help="The network's size: small for a processor, whole for a GPU")
]
Minutes = Annotated[
    float | None,
    typer.Option(
        min=0.1,
        max=100_000,
        metavar="N",
        help="The most minutes that the network is trained; small 10, whole 600 by default",
        show_default=False,
    ),
]
OneKind = Annotated[
    Kind | None, typer.Option(help="One of the two models alone", show_default=False)
]
Check = Annotated[
    bool,
    typer.Option(
        "--check", help="Try it all on a tiny corpus of its own, in a minute; keep nothing"
    ),
]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Another one trains another network")]


def learn(
    preset: NetworkPreset = Preset.SMALL,
    minutes: Minutes = None,
    only: OneKind = None,
    check: Check = False,
    seed: Seed = 1,
) -> None:
    """Learn to complete code from the corpus.

    An n-gram model and a recurrent network. Both are judged on files that were held out;
    `greenlit complete` serves the better one. The network's training goes on where Ctrl-C, a
    crash or its minutes ended it. Exits 0 when it is done, 1 when not, 2 for wrong use.
    """
    console = open_console()
    if check:
        raise typer.Exit(import_learning_command("check_learning").check_learning(console))
    command = import_learning_command("learn")
    options = command.LearnOptions(preset.value, minutes, only.value if only else "", seed)
    try:
        raise typer.Exit(command.learn_models(console, load_settings(CorpusSettings), options))
    except KeyboardInterrupt:
        command.end_at_once()
