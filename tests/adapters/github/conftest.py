"""Fixtures of the GitHub adapter's tests: a key, a scripted GitHub, and the adapter before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.adapters.github.github_app import GitHubApp
from bot.values import InstallationId, Repo
from tests.adapters.github.scripted_github import ScriptedGitHub, listening, pem


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    """The App's key."""
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture
def github(key: rsa.RSAPrivateKey) -> Iterator[ScriptedGitHub]:
    """A scripted GitHub, which fails the test that asked for more than is scripted."""
    github = ScriptedGitHub(key)
    with listening(github.answer) as github.url:
        yield github

    assert [] == github.unexpected


@pytest.fixture
def make(github: ScriptedGitHub, key: rsa.RSAPrivateKey) -> Callable[..., GitHubApp]:
    """Makes an adapter that remembers nothing, as after a restart."""

    def make(**changed: Any) -> GitHubApp:
        github.clock = changed.get("clock", github.clock)  # they agree on the time
        return GitHubApp(
            7, pem(key), github.url, github.api_url, **{"pause_between_writes_s": 0.0, **changed}
        )

    return make


@pytest.fixture
def app(make: Callable[..., GitHubApp]) -> GitHubApp:
    """The adapter."""
    return make()


@pytest.fixture
def repo() -> Repo:
    """A repository that the App is installed on."""
    return Repo("o/r", InstallationId(1))
