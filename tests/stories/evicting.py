"""Have a bot on its stage evict what it keeps on the disk."""

from bot.assembly import build_github
from bot.cli.disk_chores import is_idle, start_disk_chores
from bot.cli.kept_stores import open_disk_keeper
from bot.ports import NoMetrics


def evict(on):
    """Evict all that no live run uses, whenever it was used; tell which bytes stay."""
    assert is_idle(on.bot)
    # These look after a minute; what is of the App's own installations stays.
    start_disk_chores(on.settings, build_github(on.settings), on.bot, NoMetrics())
    keeper = open_disk_keeper(on.settings, on.bot.list_live_runs)
    keeper.cap_bytes, keeper.grace_s = 1, -3600.0
    return keeper.keep().kinds
