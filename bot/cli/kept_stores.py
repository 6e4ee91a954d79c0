"""What the home keeps of repositories, store by store, and what keeps all of it to a size."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.adapters.disk_keeper import GIGABYTE, DiskKeeper, name_trash
from bot.adapters.git.kept_mirrors import KeptMirrors
from bot.adapters.sandbox.kept_sandbox import KeptEnvironments, KeptWorkspaces
from bot.adapters.sandbox.local_sandbox import ENVIRONMENTS, WORKSPACES
from bot.assembly import build_code_cache, build_fingerprints, build_log_cache
from bot.ports import KeptStore, Metrics, NoMetrics
from bot.settings import ServerSettings


def open_kept_mirrors(settings: ServerSettings) -> KeptMirrors:
    """Open what lists and removes mirrors."""
    home = settings.home.absolute()
    return KeptMirrors(home / "mirrors", name_trash(home))


def open_disk_keeper(
    settings: ServerSettings,
    find_live: Callable[[], Collection[str]] = tuple,
    metrics: Metrics | None = None,
) -> DiskKeeper:
    """Open what keeps the home to its size. What people made themselves, such as the corpus, is
    not counted, and stays.
    """
    home = settings.home.absolute()
    stores: dict[str, KeptStore] = {
        "mirrors": open_kept_mirrors(settings),
        "known": build_code_cache(settings),
        "fingerprints": build_fingerprints(settings),
        "logs": build_log_cache(settings),
        "environments": KeptEnvironments(home / "sandbox" / ENVIRONMENTS),
        "workspaces": KeptWorkspaces(home / "sandbox" / WORKSPACES),
    }
    cap_bytes = int(settings.disk_gb * GIGABYTE)
    return DiskKeeper(home, stores, cap_bytes, find_live, metrics or NoMetrics())
