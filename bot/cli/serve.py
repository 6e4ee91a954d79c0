"""`greenlit serve`: the door, the page and the engine in one process, until a signal ends it.

`greenlit door` and `greenlit work` are its parts, for processes that share a record.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from socket import socket
from threading import Thread

import uvicorn

from bot.adapters.dbos.day_spending import describe_limit
from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.lost_deliveries import LostDeliveries
from bot.adapters.dbos.record import Record
from bot.adapters.dbos.sqlite import HomeInUse
from bot.adapters.git.git_errors import GitUnfitError
from bot.adapters.log_cache import DiskLogCache
from bot.adapters.private_home import make_private_home
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.assembly import (
    build_engine,
    build_github,
    build_log_cache,
    build_metrics,
    build_own_secrets,
    build_record,
    build_sandbox,
    build_shared_limits,
    build_spending,
)
from bot.cli.chores import DAY_S, start_chore, start_daily_chore, start_repeated_chore
from bot.cli.disk_chores import start_disk_chores
from bot.cli.listening import ListeningSockets, open_sockets
from bot.cli.log_output import configure_log
from bot.cli.missed_deliveries import MissedDeliveries
from bot.cli.monitoring import build_traces
from bot.cli.start_notice import print_start
from bot.cli.web_servers import Part, ServingBot, create_servers, list_addresses
from bot.ports import Refusal, Unreachable
from bot.settings import SettingProblem, Settings
from bot.text import SecretValues, count_noun

ENDED, NOT_STARTED = 0, 1
CLAIM_EVERY_S = 60.0  # the processes that share a record look in turn, whoever comes first
CLOSING_S = 8  # for the steps under way: Docker kills after ten seconds
RESTORE = "restore it from a backup, or move it away to begin anew"
REACH = "start it, or mend GREENLIT_DATABASE_URL"

log = logging.getLogger(__name__)


def serve(settings: Settings, unknown: Sequence[SettingProblem] = (), part: Part = "serve") -> int:
    """Listen and work until SIGINT or SIGTERM, and return 0; 1 when it could not start.

    `unknown` are names that look like settings and are none: the log says so. The part "door"
    works on no runs, and the part "work" takes no webhooks.
    """
    own_secrets = build_own_secrets(settings)
    configure_log(settings.log_level, settings.log_format, own_secrets.mask)
    for problem in unknown:
        log.warning("%s", problem.text)
    try:
        _check_part(settings, part)
        with open_sockets(settings) as sockets:
            bot = _serve(settings, own_secrets, sockets, part)
    except (Unreachable, Refusal) as taken:
        log.error("%s", taken)  # noqa: TRY400 - a sentence for the operator
        return NOT_STARTED
    except (HomeInUse, GitUnfitError, OSError) as wrong:
        text = "Greenlit cannot start: %s. What else is missing? Ask: greenlit doctor"
        log.error(text, _explain(wrong))  # noqa: TRY400 - a sentence for the operator
        return NOT_STARTED
    _close(bot)
    return ENDED


def _check_part(settings: Settings, part: Part) -> None:
    """Raise Refusal where the record cannot be shared, and the part would have it for itself."""
    if part != "serve" and not settings.database_url:
        raise Refusal(
            f"`greenlit {part}` is for processes that share a record: set GREENLIT_DATABASE_URL to "
            "a PostgreSQL. With a file as its record one process does all: greenlit serve"
        )


def _serve(
    settings: Settings, own_secrets: SecretValues, sockets: ListeningSockets, part: Part
) -> ServingBot:
    """Go on with the runs that were live, and listen until a signal comes."""
    make_private_home(settings.home)
    _check_record(build_record(settings))
    bot = _build_bot(settings, own_secrets, part)
    bot.durable.launch()
    _warn_of_limits(settings)
    _start_daily_chores(settings, bot.durable, bot.sandbox)
    servers = create_servers(bot, sockets, own_secrets.mask)
    addresses = list_addresses(bot, sockets)

    def begin() -> None:
        print_start(settings, bot.hub, addresses, works_on_runs=bot.works_on_runs)
        _start_chores(bot)

    asyncio.run(_listen(servers, begin))
    return bot


def _build_bot(settings: Settings, own_secrets: SecretValues, part: Part) -> ServingBot:
    """Build what the part is made of. A door has no slots."""
    fence, metrics = Fence(), build_metrics()
    traces = build_traces(settings, own_secrets, part)
    limits = build_shared_limits(settings)
    hub = build_github(settings, own_secrets, fence, metrics, limits, traces)
    sandbox = build_sandbox(settings, hub)
    slots = 0 if part == "door" else settings.slots
    durable = build_engine(settings, hub, sandbox, fence, slots)
    return ServingBot(settings, hub, sandbox, durable, metrics, traces, part)


def _start_chores(bot: ServingBot) -> None:
    """Start what needs GitHub, or takes long, behind the start."""
    if bot.takes_webhooks:
        missed = MissedDeliveries(bot.hub, LostDeliveries(build_record(bot.settings)))
        start_repeated_chore(missed.look, CLAIM_EVERY_S)
    if bot.works_on_runs:
        start_chore(lambda: _log_sandbox(bot.settings, bot.sandbox))
        start_disk_chores(bot.settings, bot.hub, bot.durable, bot.metrics)


def _check_record(record: Record) -> None:
    """Raise OSError where the record cannot be written."""
    if trouble := record.find_trouble():
        remedy = REACH if record.is_shared else RESTORE
        raise OSError(None, f"{trouble} ({remedy})", record.name)


def _start_daily_chores(settings: Settings, durable: DurableEngine, sandbox: LocalSandbox) -> None:
    """Delete each day what is kept no longer: records, logs, and folders of runs that are gone."""
    logs = build_log_cache(settings)
    keep_s = settings.keep_days * DAY_S
    start_daily_chore(lambda: _delete_old_records(durable, logs, keep_s))
    start_daily_chore(sandbox.delete_leftovers)


def _warn_of_limits(settings: Settings) -> None:
    """Warn of the caps on a day's dollars of which little is left."""
    for limit in build_spending(settings).list_limits():
        if limit.is_near:
            log.warning("%s", describe_limit(limit))


async def _listen(servers: Mapping[socket, uvicorn.Server], begin: Callable[[], None]) -> None:
    """Serve until a signal comes. GitHub, which `begin` asks, may be slow: nobody waits for it."""

    def end() -> None:
        log.info("ending; the runs go on at the next start")
        for server in servers.values():
            server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    serving = (server.serve([listening]) for listening, server in servers.items())
    await asyncio.gather(asyncio.to_thread(begin), *serving)


def _explain(wrong: Exception) -> str:
    """Say what the system says of a file in words."""
    if isinstance(wrong, OSError) and wrong.filename:
        return f"{wrong.filename} cannot be used: {wrong.strerror}"
    return str(wrong)


def _close(bot: ServingBot) -> None:
    """Let the steps under way be recorded; what takes longer is repeated at the next start."""
    closing = Thread(target=bot.durable.close, daemon=True)
    closing.start()
    try:
        closing.join(CLOSING_S)
    except KeyboardInterrupt:  # a second Ctrl-C
        log.info("ending at once")
    bot.traces.close()
    if closing.is_alive():
        log.warning("a step was left under way; it is done again at the next start")
        logging.shutdown()
        os._exit(ENDED)  # its thread would keep the process


def _log_sandbox(settings: Settings, sandbox: LocalSandbox) -> None:
    """Say in what the repositories' own code runs; as an error where what was asked for fails."""
    state = sandbox.describe()
    tried = count_noun(state.probes, "attack")
    words = (
        f"{tried} were tried in it, and all were kept out." if state.probes else "",
        state.reason,
        state.advice,
    )
    fails = state.tier == "none" and settings.sandbox not in ("auto", "none")
    level = logging.ERROR if fails else logging.INFO
    log.log(level, "sandbox: %s. %s", state.tier, " ".join(filter(None, words)))


def _delete_old_records(durable: DurableEngine, logs: DiskLogCache, keep_s: float) -> None:
    """Delete the records of runs that ended long ago, and the logs of CI of then."""
    durable.forget(keep_s)
    logs.forget(keep_s)
