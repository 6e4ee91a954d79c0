"""Here lives the command line: what a person can type, and what it starts."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Annotated, TypeVar

import typer
import uvicorn

from bot.adapters.dbos import Durable
from bot.adapters.github import GitHubApp
from bot.assembly import engine, github
from bot.config import schema
from bot.demo import show
from bot.doctor import examine
from bot.door import door, server
from bot.page import page
from bot.settings import ModelSettings, Settings, SettingsError, load
from bot.solve import solved
from bot.terminal import terminal
from bot.world import Refusal, Unreachable
from handlers import route

app = typer.Typer(
    help="Greenlit: a labelled issue becomes a pull request that is already green.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
WRONG_USE = 2
DAY_S = 86_400
REDELIVERABLE_S = 3 * DAY_S  # docs.github.com, "Redelivering webhooks"
S = TypeVar("S", bound=ModelSettings)


@app.command()
def serve() -> None:
    """Listen to GitHub and work. Settings come from GREENLIT_* variables or a .env file."""
    settings = _settings(Settings)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(
        logging.WARNING
    )  # a line for each request says nothing that the record does not
    hub = github(settings)
    durable = engine(settings, hub)
    durable.launch()
    try:
        asyncio.run(_listen(settings, hub, durable))
    finally:
        durable.close()


async def _listen(settings: Settings, hub: GitHubApp, durable: Durable) -> None:
    doors = server(door(durable, route, settings.webhook_secret.get_secret_value()), settings.host, settings.port)
    pages = server(page(durable), "127.0.0.1", settings.page_port)
    both = asyncio.gather(doors.serve(), pages.serve())
    while not (both.done() or (doors.started and pages.started)):
        await asyncio.sleep(0.02)
    if not both.done():
        sys.stdout.write(f"webhooks: {_address(doors)}/github\nruns: {_address(pages)}/\n")
        sys.stdout.flush()
    chores = [asyncio.create_task(_catch_up(hub)), asyncio.create_task(_forget(durable, settings.keep_days))]
    await both
    for chore in chores:
        chore.cancel()


async def _catch_up(hub: GitHubApp) -> None:
    """Have GitHub deliver again what did not arrive while nobody listened: it never does so by itself."""
    try:
        for missed in await asyncio.to_thread(hub.missed_deliveries, REDELIVERABLE_S):
            logging.getLogger("greenlit").info("asking again for %s %s of %s", missed.event, missed.action, missed.at)
            await asyncio.to_thread(hub.redeliver, missed.id)
    except (Refusal, Unreachable) as wrong:
        logging.getLogger("greenlit").warning("missed deliveries cannot be asked for: %s", wrong)


async def _forget(durable: Durable, keep_days: int) -> None:
    """Delete the records of runs that ended long ago, once a day."""
    while True:
        await asyncio.to_thread(durable.forget, keep_days * DAY_S)
        await asyncio.sleep(DAY_S)


def _address(listening: uvicorn.Server) -> str:
    host, port = listening.servers[0].sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"


@app.command()
def demo(
    live: Annotated[bool, typer.Option("--live", help="Use Claude itself; needs ANTHROPIC_API_KEY")] = False,  # noqa: FBT002 - typer's way
    keep: Annotated[Path | None, typer.Option(help="Where its files go; a new temporary folder by default")] = None,
) -> None:
    """Watch an issue become a green pull request on this machine: nothing to set, nothing to sign up for."""
    raise typer.Exit(show(terminal(), live=live, keep=keep))


@app.command()
def solve(
    repo: Annotated[Path, typer.Option(help="A git repository on this machine; the tip of its branch is the base")],
    issue: Annotated[str, typer.Option(help="A file with the request, its first line the title; - for standard input")],
    apply: Annotated[bool, typer.Option("--apply", help="Write the change into the folder")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Plan and write a change without GitHub: shows the plan and the diff."""
    raise typer.Exit(solved(terminal(), _settings(ModelSettings), repo, issue, apply=apply))


@app.command()
def doctor() -> None:
    """Look over settings, git, the App and the models; say what is missing and how to fix it."""
    raise typer.Exit(examine(terminal()))


@app.command(name="schema")
def print_schema() -> None:
    """Print the JSON schema of .github/greenlit.yml."""
    sys.stdout.write(schema())


def _settings(kind: type[S]) -> S:
    try:
        return load(kind)
    except SettingsError as wrong:
        terminal(stderr=True).print(f"Some settings are missing or wrong.\n{wrong}")
        raise typer.Exit(WRONG_USE) from None


def main() -> None:
    app()


if __name__ == "__main__":
    main()
