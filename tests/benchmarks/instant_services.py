"""Stand-ins for GitHub and Claude that answer at once, each in a process of its own: so what they
take of the processor is told apart from what the bot does.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from importlib.resources import files
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import yaml

from bot.cli.demo.bot_process import program_path
from bot.forge import AppKeys, Forge, serve_forge
from bot.forge.claude_double import ClaudeDouble, serve_claude
from tests.benchmarks.overhead import TREE, green_at_once
from tests.stage import BEGIN, END, GOOD, script

OWNER = "acme/"
WRITES = ("POST", "PATCH", "PUT", "DELETE")


def serve_instant_github(orders: Connection[Any, Any], home: Path, names: Sequence[str]) -> None:
    """Be a GitHub with these repositories, where CI is green as soon as a branch is pushed."""
    _serve_github(orders, home, names, green_at_once)


def serve_slow_github(orders: Connection[Any, Any], home: Path, names: Sequence[str]) -> None:
    """Be a GitHub with these repositories, whose CI says nothing unless it is ordered to."""
    _serve_github(orders, home, names, lambda _forge, *_names: nullcontext())


def _serve_github(
    orders: Connection[Any, Any],
    home: Path,
    names: Sequence[str],
    run_ci: Callable[..., AbstractContextManager[None]],
) -> None:
    forge = Forge(home / "forge")
    forge.state.runner_env = {"PATH": program_path(), "HOME": str(home)}
    for name in names:
        forge.create_repository(name, TREE, people={"ada": "admin"})
    app = yaml.safe_load(files("deploy").joinpath("app.yml").read_text())
    keys = forge.create_app("greenlit", app["default_permissions"], app["default_events"])
    installations = {name: forge.install(keys, name) for name in names}  # one for each owner
    with serve_forge(forge) as url, run_ci(forge, *names):
        orders.send((url, keys, installations))
        while (order := orders.recv()) is not None:
            orders.send(_obey(forge, keys, names, order))


def serve_instant_claude(orders: Connection[Any, Any]) -> None:
    """Be a Claude that plays the shortest run to every conversation, without a pause."""
    play = script(*BEGIN, [GOOD], END).model_copy(update={"about": OWNER})
    with serve_claude(ClaudeDouble(play, pace=0)) as url:
        orders.send(url)
        while orders.recv() is not None:
            orders.send(None)


def _obey(forge: Forge, keys: AppKeys, names: Sequence[str], order: Sequence[Any]) -> object:
    match list(order):
        case ["hook", url]:
            forge.set_webhook_url(keys, url)
            return url
        case ["label", times]:
            _label_issues(forge, names, times)
            return times
        case ["count pulls"]:
            return sum(len(forge.list_pulls(name)) for name in names)
        case ["count requests"]:
            return Counter(_name_kind(*request) for request in forge.list_requests())
        case ["count deliveries"]:
            return len(forge.list_deliveries())
        case ["make heads", count]:
            return {name: _make_pending_heads(forge, name, count) for name in names}
    raise ValueError(order)


def _label_issues(forge: Forge, names: Sequence[str], times: int) -> None:
    """Ask for so many runs in each repository."""
    for _ in range(times):
        for name in names:
            issue = forge.open_issue(name, "ada", "Greet more quietly", "It shouts.")
            forge.add_label(name, issue, "autogen", "ada")


def _name_kind(verb: str, path: str, status: int) -> str:
    """Name what a request counts as: by the hour of an installation, or nowhere."""
    if "/graphql" in path:
        return "GraphQL"
    if "/api/v3/" not in path:
        return "git"
    if path.endswith("/access_tokens") or path.startswith("/api/v3/app"):
        return "of the App"
    if status == 304:
        return "not modified"
    return "REST write" if verb in WRITES else "REST read"


def _make_pending_heads(forge: Forge, repo: str, count: int) -> list[str]:
    """Make issues, and for each a commit whose CI has begun and does not end."""
    who = "committer greenlit <greenlit@example.com> 1700000000 +0000"
    commits = [
        f"commit refs/heads/waits/{number}\n{who}\ndata 1\nx\nM 644 inline file\n"
        f"data {len(str(number))}\n{number}\n\n"
        for number in range(count)
    ]
    command = ["git", "fast-import", "--quiet"]
    subprocess.run(command, cwd=forge.git_dir(repo), input="".join(commits), text=True, check=True)
    branches = forge.list_branches(repo)
    heads = [branches[f"waits/{number}"] for number in range(count)]
    for head in heads:
        forge.open_issue(repo, "ada", "Greet more quietly", "It shouts.")
        forge.set_status(repo, head, "ci/other", "pending")
    return heads
