"""Fixtures: a served forge, and the adapter before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.adapters.github.github_app import GitHubApp
from bot.forge import AppKeys, Forge, serve_forge
from bot.forge.forge_server import Wrap
from bot.values import (
    InstallationId,
    Repo,
)
from tests.adapters.github.on_forge.greeter import FILES, GRANTED, REPO


@pytest.fixture
def forge(tmp_path: Path, checked: Wrap) -> Iterator[Forge]:
    """A served forge with the greeter."""
    forge = Forge(tmp_path)
    forge.state.runner_env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
    forge.create_repository(
        REPO, FILES, people={"ada": "admin", "tim": "triage", "mel": "maintain"}
    )
    with serve_forge(forge, checked):
        yield forge


@pytest.fixture
def keys(forge: Forge) -> AppKeys:
    """The keys of the App."""
    return forge.create_app("greenlit", GRANTED, ["issues"])


@pytest.fixture
def repo(forge: Forge, keys: AppKeys) -> Repo:
    """The greeter, with the App installed on it."""
    return Repo(REPO, InstallationId(forge.install(keys, REPO)))


@pytest.fixture
def make(forge: Forge, keys: AppKeys) -> Callable[[], GitHubApp]:
    """Makes an adapter that remembers nothing, as after a restart."""
    url = forge.state.web
    return lambda: GitHubApp(
        keys.id, keys.private_key, url, f"{url}/api/v3", pause_between_writes_s=0.0
    )


@pytest.fixture
def github(make: Callable[[], GitHubApp]) -> GitHubApp:
    """The adapter."""
    return make()


@pytest.fixture
def issue(forge: Forge) -> int:
    """An issue of a person."""
    return forge.open_issue(REPO, "ada", "Greet", "It shouts.", ["autogen"])
