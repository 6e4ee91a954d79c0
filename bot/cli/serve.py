"""Here lives `greenlit serve`: the door, the page and the engine in one process, until a signal
ends it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from socket import socket
from threading import Thread

from bot.adapters.dbos.durable_engine import Durable
from bot.adapters.dbos.sqlite import HomeInUse
from bot.adapters.git.git_process import GitUnfitError
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.log_cache import Shelf
from bot.assembly import engine, github, shelf
from bot.cli.terminal import terminal
from bot.ports import Refusal, Unreachable
from bot.settings import Settings
from bot.stories import RUNS
from bot.web.door import door, listener, server
from bot.web.page.routes import create_page
from handlers import route

ENDED, NOT_STARTED = 0, 1
LAST_S = 8  # for the steps under way: Docker kills after ten seconds
DAY_S = 86_400
REDELIVERABLE_S = 3 * DAY_S  # docs.github.com, "Redelivering webhooks"

# What they say of every request, try and migration the record says better, or nobody needs.
CHATTY = {
    "httpx2": logging.WARNING,
    "uvicorn": logging.WARNING,
    "dbos": logging.WARNING,
    "urllib3": logging.ERROR,
}

log = logging.getLogger("greenlit")


def serve(settings: Settings) -> int:
    """Listen and work until SIGINT or SIGTERM; 0 then, 1 when it could not start, which is told in
    words.
    """
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name, level in CHATTY.items():
        logging.getLogger(name).setLevel(level if settings.log_level != "DEBUG" else logging.DEBUG)
    try:
        with (
            listener(settings.host, settings.port) as outside,
            listener("127.0.0.1", settings.page_port) as inside,
        ):
            hub = github(settings)
            durable = engine(settings, hub)
            durable.launch()
            for chore in (
                lambda: _catch_up(hub),
                lambda: _forget(durable, shelf(settings), settings.keep_days),
            ):
                Thread(target=chore, daemon=True).start()
            asyncio.run(_listen(settings, durable, outside, inside))
    except (Unreachable, HomeInUse, GitUnfitError, OSError) as wrong:
        terminal(stderr=True).print(
            f"Greenlit cannot start: {wrong}.\nAsk what else is missing: greenlit doctor"
        )
        return NOT_STARTED
    _close(durable)
    return ENDED


async def _listen(settings: Settings, durable: Durable, outside: socket, inside: socket) -> None:
    secret = settings.webhook_secret.get_secret_value()
    doors = server(door(durable, route, secret), settings.host, settings.port)
    page = create_page(durable, [story.__name__ for story in RUNS])
    pages = server(page, "127.0.0.1", settings.page_port)

    def end() -> None:
        log.info("ending; the runs go on at the next start")
        doors.should_exit = pages.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    sys.stdout.write(f"webhooks: {_address(outside)}/github\nruns: {_address(inside)}/\n")
    sys.stdout.flush()
    await asyncio.gather(doors.serve([outside]), pages.serve([inside]))


def _close(durable: Durable) -> None:
    """Let the steps under way be remembered. What takes longer is repeated at the next start, as
    after a crash.
    """
    closing = Thread(target=durable.close, daemon=True)
    closing.start()
    try:
        closing.join(LAST_S)
    except KeyboardInterrupt:  # a second Ctrl-C
        log.info("ending at once")
    if closing.is_alive():
        log.warning("a step was left under way; it is done again at the next start")
        logging.shutdown()
        os._exit(ENDED)  # its thread would keep the process


def _catch_up(hub: GitHubApp) -> None:
    """Have GitHub deliver again what did not arrive while nobody listened: it never does so by
    itself.
    """
    try:
        for missed in hub.missed_deliveries(REDELIVERABLE_S):
            log.info("asking again for %s %s of %s", missed.event, missed.action, missed.at)
            hub.redeliver(missed.id)
    except (Refusal, Unreachable) as wrong:
        log.warning("missed deliveries cannot be asked for: %s", wrong)


def _forget(durable: Durable, logs: Shelf, keep_days: int) -> None:
    """Delete the records of runs that ended long ago and the logs of then, once a day."""
    while True:
        durable.forget(keep_days * DAY_S)
        logs.forget(keep_days * DAY_S)
        time.sleep(DAY_S)


def _address(listening: socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
