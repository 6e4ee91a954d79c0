"""`greenlit complete`: serve the model that was learnt, to people and to editors."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from bot.cli.command_line import WRONG_USE
from bot.cli.listening import open_port
from bot.cli.progress_line import show_progress
from bot.cli.terminal import open_console, print_sentences
from bot.completion.choose_model import ModelChoice, NoSuchModel, choose_model
from bot.completion.completion_server import create_completion
from bot.completion.editor_server import serve_stdio, take_output
from bot.completion.page_files import ShownModel, add_page
from bot.completion.suggest import Suggester
from bot.completion.suggestion import CursorPlace
from bot.learning.load_model import load_model
from bot.learning.model_card import BadModel
from bot.ports import Unreachable
from bot.text.terminal_text import strip_control
from bot.web.server import create_server

ENDED, NOT_STARTED = 0, 1
HOST = "127.0.0.1"
WARM_UP = CursorPlace("warm_up.py", "import os\n\n\ndef read(path):\n    with ")


@dataclass(frozen=True, slots=True)
class CompleteOptions:
    """Where to listen, and which model is wanted, "" for the best."""

    port: int
    model: str = ""


def serve_completion(console: Console, home: Path, options: CompleteOptions) -> int:
    """Serve until SIGINT or SIGTERM, and return 0; 1 when it cannot start, 2 for no such model."""
    try:
        choice = choose_model(home / "models", options.model)
        with open_port("--port", HOST, options.port) as listening:
            with show_progress(f"Loading {choice.model.name}"):
                suggester = load_suggester(choice)
            app = create_completion(suggester)
            card = choice.model.card
            add_page(app, ShownModel(choice.model.name, suggester.model.reach, card.held_out_bits))
            _print_start(console, choice, listening)
            asyncio.run(_listen(app, listening))
    except (BadModel, Unreachable) as wrong:
        print_sentences(open_console(stderr=True), strip_control(str(wrong)))
        return WRONG_USE if isinstance(wrong, NoSuchModel) else NOT_STARTED
    return ENDED


def serve_editor(home: Path, model: str) -> int:
    """Serve the editor that started this; 0 when it took its leave, 1 where it did not, or there
    is no model that works, 2 for no such model or where a person started it.
    """
    if sys.stdin.isatty():
        print_sentences(
            open_console(stderr=True),
            "With --lsp an editor starts this and speaks to it. For the page leave --lsp out.",
        )
        return WRONG_USE
    with take_output() as output:
        try:
            choice = choose_model(home / "models", model)
            suggester = load_suggester(choice)
        except BadModel as wrong:
            print_sentences(open_console(stderr=True), strip_control(str(wrong)))
            return WRONG_USE if isinstance(wrong, NoSuchModel) else NOT_STARTED
        return ENDED if serve_stdio(suggester, output) else NOT_STARTED


def load_suggester(choice: ModelChoice) -> Suggester[Any]:
    """Load the model, and have it answer once: what it compiles then keeps nobody waiting."""
    suggester = Suggester(load_model(choice.model.folder))
    suggester.suggest(WARM_UP)
    return suggester


def _print_start(console: Console, choice: ModelChoice, listening: socket) -> None:
    """Say which model serves and why, which ones cannot, and where."""
    for sentence in choice.unfit:
        print_sentences(console, strip_control(sentence), "dim")
    print_sentences(console, f"Model: {choice.reason}")
    address = f"http://{HOST}:{listening.getsockname()[1]}/"
    print_sentences(console, f"Completing at {address} (for programs: POST {address}complete).")
    print_sentences(console, "Ctrl-C ends it.", "dim")


async def _listen(app: FastAPI, listening: socket) -> None:
    server: uvicorn.Server = create_server(app, HOST, listening.getsockname()[1])

    def end() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await server.serve([listening])
