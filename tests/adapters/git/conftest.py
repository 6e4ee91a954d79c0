"""The mirrors' tests share a server, its repository, and mirrors of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.git.mirrors import GitMirrors
from bot.values import Remote
from tests.adapters.git.network_faults import NetworkFaults
from tests.git_served import SECRET, Served, serving


@pytest.fixture
def network() -> NetworkFaults:
    """What happens between the bot and the server: nothing, until a test says so."""
    return NetworkFaults()


@pytest.fixture
def served(tmp_path: Path, network: NetworkFaults) -> Iterator[Served]:
    """A server with the repository ada/engine, still empty."""
    with serving(tmp_path / "srv", network.wrap) as served:
        served.create()
        yield served


@pytest.fixture
def origin(served: Served) -> Path:
    """The repository as it lies on the server."""
    return served.root / "ada/engine.git"


@pytest.fixture
def remote(served: Served) -> Remote:
    """The repository as the bot is told of it."""
    return Remote(f"{served.url}/ada/engine.git", SECRET)


@pytest.fixture
def mirrors(tmp_path: Path) -> GitMirrors:
    """GitMirrors in an empty home."""
    return GitMirrors(tmp_path / "home", ("http",))


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """Where the mirror of ada/engine lies."""
    return tmp_path / "home/ada/engine.git"
