"""`greenlit serve`: the door, the page and the engine in one process, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from socket import socket
from threading import Thread

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.sqlite import HomeInUse
from bot.adapters.git.git_process import GitUnfitError
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.log_cache import DiskLogCache
from bot.assembly import build_engine, build_github, build_log_cache
from bot.cli.chores import DAY_S, start_chore, start_daily_chore
from bot.cli.listening import open_port
from bot.cli.terminal import open_console
from bot.ports import Refusal, Unreachable
from bot.settings import Settings
from bot.stories import RUNS
from bot.web.door import create_door
from bot.web.page.routes import create_page
from bot.web.server import create_server
from handlers import route

ENDED, NOT_STARTED = 0, 1
CLOSING_S = 8  # for the steps under way: Docker kills after ten seconds
REDELIVERABLE_S = 3 * DAY_S  # docs.github.com, "Redelivering webhooks"

# What they say of every request, try and migration the record says better, or nobody needs.
LIBRARY_LOG_LEVELS = {
    "httpx2": logging.WARNING,
    "uvicorn": logging.WARNING,
    "dbos": logging.WARNING,
    "urllib3": logging.ERROR,
}

log = logging.getLogger("greenlit")


def serve(settings: Settings) -> int:
    """Listen and work until SIGINT or SIGTERM, and return 0; 1 when it could not start."""
    _configure_log(settings.log_level)
    try:
        with (
            open_port("GREENLIT_PORT", settings.host, settings.port) as outside,
            open_port("GREENLIT_PAGE_PORT", "127.0.0.1", settings.page_port) as inside,
        ):
            hub = build_github(settings)
            durable = build_engine(settings, hub)
            durable.launch()
            logs = build_log_cache(settings)
            keep_s = settings.keep_days * DAY_S
            start_chore(lambda: _request_missed_deliveries(hub))
            start_daily_chore(lambda: _delete_old_records(durable, logs, keep_s))
            asyncio.run(_listen(settings, durable, outside, inside))
    except Unreachable as taken:
        open_console(stderr=True).print(str(taken), soft_wrap=True)
        return NOT_STARTED
    except (HomeInUse, GitUnfitError, OSError) as wrong:
        text = f"Greenlit cannot start: {wrong}. What else is missing? Ask: greenlit doctor"
        open_console(stderr=True).print(text, soft_wrap=True)
        return NOT_STARTED
    _close(durable)
    return ENDED


def _configure_log(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if level != "DEBUG":
        for name, library_level in LIBRARY_LOG_LEVELS.items():
            logging.getLogger(name).setLevel(library_level)


async def _listen(
    settings: Settings, durable: DurableEngine, outside: socket, inside: socket
) -> None:
    secret = settings.webhook_secret.get_secret_value()
    door = create_server(create_door(durable, route, secret), settings.host, settings.port)
    stories = [story.__name__ for story in RUNS]
    page_app = create_page(durable, stories, settings.github_url)
    page = create_server(page_app, "127.0.0.1", settings.page_port)

    def end() -> None:
        log.info("ending; the runs go on at the next start")
        door.should_exit = page.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    sys.stdout.write(f"webhooks: {_render_url(outside)}/github\nruns: {_render_url(inside)}/\n")
    sys.stdout.flush()
    await asyncio.gather(door.serve([outside]), page.serve([inside]))


def _close(durable: DurableEngine) -> None:
    """Let the steps under way be recorded; what takes longer is repeated at the next start."""
    closing = Thread(target=durable.close, daemon=True)
    closing.start()
    try:
        closing.join(CLOSING_S)
    except KeyboardInterrupt:  # a second Ctrl-C
        log.info("ending at once")
    if closing.is_alive():
        log.warning("a step was left under way; it is done again at the next start")
        logging.shutdown()
        os._exit(ENDED)  # its thread would keep the process


def _request_missed_deliveries(hub: GitHubApp) -> None:
    """Have GitHub deliver again what did not arrive while nobody listened.

    It never does so by itself.
    """
    try:
        for missed in hub.list_missed_deliveries(REDELIVERABLE_S):
            log.info("asking again for %s %s of %s", missed.event, missed.action, missed.at)
            hub.redeliver(missed.id)
    except (Refusal, Unreachable) as wrong:
        log.warning("missed deliveries cannot be asked for: %s", wrong)


def _delete_old_records(durable: DurableEngine, logs: DiskLogCache, keep_s: float) -> None:
    """Delete the records of runs that ended long ago, and the logs of CI of then."""
    durable.forget(keep_s)
    logs.forget(keep_s)


def _render_url(listening: socket) -> str:
    host, port = listening.getsockname()[:2]
    if ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{port}"
