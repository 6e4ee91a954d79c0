"""Keep the home to its size, and tidy its mirrors, beside the runs."""

from __future__ import annotations

import logging
from functools import partial

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.disk_keeper import DiskKeeper
from bot.adapters.git.mirror_upkeep import MirrorUpkeep
from bot.adapters.github.github_app import GitHubApp
from bot.assembly import build_fingerprints
from bot.cli.chores import start_daily_chore, start_repeated_chore
from bot.cli.kept_stores import open_disk_keeper, open_kept_mirrors
from bot.ports import Metrics, Refusal, Unreachable
from bot.settings import Settings
from bot.text import count_noun

LOOK_S = 60.0

log = logging.getLogger(__name__)


def start_disk_chores(
    settings: Settings, hub: GitHubApp, durable: DurableEngine, metrics: Metrics
) -> None:
    """Start what keeps the home small: by its size, for owners who are gone, and by tidying."""
    keeper = open_disk_keeper(settings, durable.list_live_runs, metrics)
    upkeep = MirrorUpkeep(
        open_kept_mirrors(settings), partial(is_idle, durable), durable.list_live_runs
    )
    for look in (keeper.look, upkeep.look):
        start_repeated_chore(look, LOOK_S, is_urgent=False)
    start_daily_chore(lambda: forget_uninstalled(settings, hub, keeper))


def is_idle(durable: DurableEngine) -> bool:
    """Tell whether no run works in this process; those that wait for CI or people do not."""
    return not durable.read_load(with_record=False).slots_held


def forget_uninstalled(settings: Settings, hub: GitHubApp, keeper: DiskKeeper) -> None:
    """Remove what is kept through installations that are no more; GitHub says which there are."""
    try:
        installations = hub.fetch_installations()
    except (Refusal, Unreachable) as silent:
        log.info("what is kept of owners who are gone stays for another day: %s", silent)
        return
    known = open_kept_mirrors(settings).list_installations()
    gone = {repo for repo, number in known.items() if number not in installations}
    keeper.forget(gone)
    build_fingerprints(settings).forget_others(installations)
    if gone:
        words = count_noun(len(gone), "repository", "repositories")
        log.info("the App is installed no more for %s: what was kept of them goes", words)
