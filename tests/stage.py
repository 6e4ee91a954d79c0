"""The stage: the whole bot in this process, between a forge and a Claude in a box, all
over HTTP.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from threading import Thread

import uvicorn
import yaml

from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.tier import Tier
from bot.adapters.sandbox.toolchains import Supplies
from bot.assembly import build_engine, build_github, build_mirrors
from bot.cli.demo.bot_process import program_path
from bot.forge import AppKeys, Forge, serve_forge
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import (
    Expectation,
    ExpectedResult,
    Script,
    ScriptText,
    ScriptToolCall,
    ScriptTurn,
)
from bot.run import RunView
from bot.settings import Settings
from bot.values import RunKey, SandboxState
from bot.web.door import create_door
from bot.web.server import create_server
from handlers import route
from tests.redteam.credentials import find_credentials
from tests.run_record import has_ended, list_steps, read_statuses

REPO = "acme/greeter"
WORKFLOW = """\
name: CI
on: {on}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python test_greeting.py
"""
FILES = {
    "greeting.py": 'def greet(name):\n    return "Hello " + name\n',
    "test_greeting.py": 'from greeting import greet\n\nassert greet("Ada").startswith("Hello"), greet("Ada")\n',
    "README.md": "# Greeter\n",
    ".github/workflows/ci.yml": WORKFLOW.format(on="push"),
}
PLAN = {"summary": "Greet in lower case.", "files": [{"path": "greeting.py", "change": "the word"}]}
FINISH = {
    "title": "Greet quietly",
    "message": "It was too loud.",
    "summary": "The greeting is in lower case.",
}
Say = tuple[str, Mapping[str, object]] | str


def script(
    *turns: Sequence[Say], refused: Collection[str] = (), opening: str = "solve issue"
) -> Script:
    """A conversation: each turn is the calls (name, input) or words that the model makes.

    Every call must come back answered: an open `finish` as failed, `refused` names other tools
    whose calls fail.
    """
    lines = []
    before: Sequence[Say] = ()
    for number, turn in enumerate(turns):
        calls = sorted(
            (say[0] for say in before if not isinstance(say, str)),
            key=lambda name: name == "finish",
        )
        answers = tuple(
            ExpectedResult(tool=name, failed=name == "finish" or name in refused) for name in calls
        )
        said = (opening,) if not number else ("The job is not finished",) if not calls else ()
        lines.append(
            ScriptTurn(
                expect=Expectation(results=answers, texts=said),
                content=tuple(_said(say) for say in turn),
            )
        )
        before = turn
    return Script(about=REPO, turns=tuple(lines))


def edit(old: str, new: str, path: str = "greeting.py") -> Say:
    return ("edit_file", {"path": path, "old": old, "new": new})


BEGIN: tuple[Sequence[Say], ...] = ([("read_request", {})], [("submit_plan", PLAN)])
END: Sequence[Say] = [("finish", FINISH)]
GOOD = edit('"Hello "', '"Hello, "')
BAD = edit('"Hello "', '"hello "')
MENDED = edit('"hello "', '"Hello, "')


def open_pull(
    forge: Forge, head: str, files: Mapping[str, str], by: str = "ada", body: str = ""
) -> int:
    """A person's pull request, from a branch of theirs with these files."""
    forge.push(REPO, by, head, files, "Change")
    return forge.open_pull(REPO, by, head, "Greet them", body=body)


@dataclass
class Stage:
    """What a test sees and does."""

    forge: Forge
    double: ClaudeDouble
    keys: AppKeys
    bot: DurableEngine
    webhooks: str
    settings: Settings

    def issue(
        self, title: str = "Greet more quietly", body: str = "It shouts.", by: str = "ada"
    ) -> int:
        return self.forge.open_issue(REPO, by, title, body)

    def pull(self, head: str, files: Mapping[str, str], by: str = "ada", body: str = "") -> int:
        """A person's pull request, from a branch of theirs with these files."""
        return open_pull(self.forge, head, files, by, body)

    def say(self, number: int, text: str, by: str = "ada") -> None:
        """Comment, and wait until the comment was handled."""
        before = self._count_commands()
        self.forge.add_comment(REPO, number, by, text)
        deadline = time.monotonic() + 60
        while self._count_commands() == before:
            assert time.monotonic() < deadline, "nothing was heard"
            time.sleep(0.05)
        self.heard()

    def answers(self, number: int) -> list[str]:
        """The bot's answers to commands, oldest first."""
        return [body for body in self.own(number) if "greenlit:answer" in body]

    def label(self, issue: int, by: str = "ada", name: str = "autogen") -> None:
        self.forge.add_label(REPO, issue, name, by)

    def ended(self, issue: int, run: int = 1, patience_s: float = 60) -> RunView:
        """The run once it has ended."""
        return self._until(RunKey(f"{REPO}#{issue}/{run}"), patience_s)

    def heard(self, patience_s: float = 60) -> RunView:
        """The newest hearing once it has ended."""
        deadline = time.monotonic() + patience_s
        while not self._count_commands():
            assert time.monotonic() < deadline, "nothing was heard"
            time.sleep(0.05)
        (newest,) = self.bot.runs(1, story="handle_command")
        return self._until(newest.key, patience_s)

    def until_waiting(self, issue: int, patience_s: float = 60) -> None:
        """Until the run has pushed and waits for CI."""
        key = RunKey(f"{REPO}#{issue}/1")
        deadline = time.monotonic() + patience_s
        while "fetch_checks" not in list_steps(self.settings.home, key):
            assert time.monotonic() < deadline, "the run never came to wait for CI"
            time.sleep(0.05)

    def own(self, issue: int) -> list[str]:
        """The bodies of the bot's comments on the issue."""
        return [
            comment.body
            for comment in self.forge.list_comments(REPO, issue)
            if comment.author == "greenlit[bot]"
        ]

    def ends(self, issue: int) -> list[str]:
        """The comments that tell how a run of the issue ended, oldest first."""
        return [body for body in self.own(issue) if body.startswith("<!-- greenlit:end:")]

    def branches(self) -> set[str]:
        return set(self.forge.list_branches(REPO)) - {"main"}

    def _count_commands(self) -> int:
        return len(read_statuses(self.settings.home, "handle_command"))

    def _until(self, key: RunKey, patience_s: float) -> RunView:
        deadline = time.monotonic() + patience_s
        while not has_ended(self.settings.home, key):
            assert time.monotonic() < deadline, (
                f"{key} has not ended: {self.bot.run(key)}, {[s.name for s in self.bot.steps(key)]}"
            )
            time.sleep(0.05)
        run = self.bot.run(key)
        assert run
        return run


def settings_for(
    keys: AppKeys, url: str, claude: str, home: Path, **more: object
) -> dict[str, object]:
    """Settings of a bot that works at this forge and with this double."""
    return {
        "app_id": keys.id,
        "private_key": keys.private_key,
        "webhook_secret": keys.webhook_secret,
        "github_url": url,
        "github_api_url": f"{url}/api/v3",
        "anthropic_api_key": "the-double-takes-any",
        "anthropic_url": claude,
        "home": home,
        "write_pause_s": 0,
        "ci_poll_s": 2,
        "ci_grace_s": 3,
        "sandbox": "none",  # its tiers are tried by tests of their own
        **more,
    }


@contextmanager
def forged(
    home: Path, wrap, tree: Mapping[str, str] = FILES
) -> Iterator[tuple[Forge, AppKeys, str]]:
    """A forge with the greeter, the App installed on it, and its address."""
    forge = Forge(home / "forge")
    forge.state.runner_env = {"PATH": program_path(), "HOME": str(home)}
    forge.create_repository(REPO, tree, people={"ada": "admin", "tim": "triage", "eve": "read"})
    app = yaml.safe_load(files("deploy").joinpath("app.yml").read_text())
    keys = forge.create_app("greenlit", app["default_permissions"], app["default_events"])
    forge.install(keys, REPO)
    with serve_forge(forge, wrap) as url:
        yield forge, keys, url


@contextmanager
def staged(
    home: Path,
    wrap,
    play: Script | ClaudeDouble,
    tree: Mapping[str, str] = FILES,
    tier: Tier | None = None,
    supplies: Supplies | None = None,
    **more: object,
) -> Iterator[Stage]:
    """The bot on its stage; with a tier it has a sandbox."""
    with ExitStack() as stack:
        forge, keys, url = stack.enter_context(forged(home, wrap, tree))
        double = play if isinstance(play, ClaudeDouble) else ClaudeDouble(play, pace=0)
        claude = stack.enter_context(serve_claude(double))
        settings = Settings.model_validate(settings_for(keys, url, claude, home / "bot", **more))
        sandbox = None
        if tier is not None:
            choice = (tier, SandboxState(tier.name))
            mirrors = build_mirrors(settings)
            sandbox = LocalSandbox(
                settings.home / "sandbox", mirrors, lambda: choice, supplies=supplies
            )
        durable = build_engine(settings, build_github(settings), sandbox)
        durable.launch()
        stack.callback(durable.close)
        webhooks = stack.enter_context(listening(durable, keys.webhook_secret))
        forge.set_webhook_url(keys, webhooks)
        stage = Stage(forge, double, keys, durable, webhooks, settings)
        try:
            yield stage
        finally:
            (home / "go").touch()
            forge.wait_until_idle(10)
        assert [] == find_credentials(stage)


@contextmanager
def listening(durable, secret: str) -> Iterator[str]:
    listening = create_server(create_door(durable, route, (secret,)), "127.0.0.1", 0)
    thread = Thread(target=lambda: asyncio.run(listening.serve()), daemon=True)
    thread.start()
    while not listening.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{_port(listening)}/github"
    listening.should_exit = True
    thread.join(10)


def _port(listening: uvicorn.Server) -> int:
    return listening.servers[0].sockets[0].getsockname()[1]


def _said(say: Say) -> ScriptText | ScriptToolCall:
    return (
        ScriptText(text=say)
        if isinstance(say, str)
        else ScriptToolCall.model_validate({"tool": say[0], "input": say[1]})
    )
