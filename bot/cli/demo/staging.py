"""Here lives the demo's stage: the forge with the sample, the bot beside it, and who plays Claude's
part.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path

import yaml

from bot.cli.demo.bot_process import Bot, path, running
from bot.forge import Forge, serve_forge
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import ModelSettings

REPO = "acme/orders"
ASKER = "ada"
LAST_S = 10.0  # for the CI job under way when people stop the demo


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays Claude's part: Claude itself, or a conversation written by hand."""

    model: ModelSettings | None = None
    conversation: Path | None = None  # another one than the demo's own


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays."""

    forge: Forge
    bot: Bot
    double: ClaudeDouble | None
    issue: int = field(default=1)

    def misfits(self) -> list[str]:
        """What the conversation written by hand expected of the bot, and what came instead."""
        requests = self.double.requests if self.double else []
        return [seen.error for seen in requests if seen.error]


@contextmanager
def staged(home: Path, cast: Cast) -> Iterator[Stage]:
    """All of it, running; the issue is not opened yet."""
    forge = Forge(home / "forge")
    forge.runner_env = {"PATH": path(), "HOME": str(home)}
    forge.create_repository(REPO, _sample(), people={ASKER: "admin"})
    app = yaml.safe_load(files("deploy").joinpath("app.yml").read_text(encoding="utf-8"))
    keys = forge.create_app("greenlit", app["default_permissions"], app["default_events"])
    forge.install(keys, REPO)
    with ExitStack() as stack:
        url = stack.enter_context(serve_forge(forge))
        stack.callback(forge.wait_until_idle, LAST_S)
        double = None if cast.model else _double(cast.conversation)
        settings = {
            "GREENLIT_APP_ID": str(keys.id),
            "GREENLIT_PRIVATE_KEY": keys.private_key,
            "GREENLIT_WEBHOOK_SECRET": keys.webhook_secret,
            "GREENLIT_GITHUB_URL": url,
            "GREENLIT_GITHUB_API_URL": f"{url}/api/v3",
            "GREENLIT_HOME": str(home / "bot"),
            "GREENLIT_PORT": "0",
            "GREENLIT_PAGE_PORT": "0",
            "GREENLIT_WRITE_PAUSE_S": "0",
            **(_of_claude(cast.model) if cast.model else {}),
            **(_of_double(stack.enter_context(serve_claude(double))) if double else {}),
        }
        bot = stack.enter_context(running(home, settings))
        forge.set_webhook_url(keys, bot.webhooks)
        yield Stage(forge, bot, double)


def issue() -> tuple[str, str]:
    """The title and the body of the issue that is asked."""
    title, _, body = (
        files("bot.cli.demo")
        .joinpath("sample_issue.md")
        .read_text(encoding="utf-8")
        .partition("\n")
    )
    return title, body.strip()


def _double(conversation: Path | None) -> ClaudeDouble:
    with as_file(files("bot.cli.demo").joinpath("conversation.yml")) as own:
        return ClaudeDouble(Script.load(conversation or own), pace=1.0)


def _of_double(url: str) -> dict[str, str]:
    return {"GREENLIT_ANTHROPIC_URL": url, "GREENLIT_ANTHROPIC_API_KEY": "the-double-takes-any"}


def _of_claude(model: ModelSettings) -> dict[str, str]:
    told = model.model_dump(mode="json", exclude={"anthropic_api_key"}, exclude_none=True)
    told |= {
        "prices": json.dumps(model.prices),
        "anthropic_api_key": model.anthropic_api_key.get_secret_value(),
    }
    return {f"GREENLIT_{name.upper()}": str(value) for name, value in told.items()}


def _sample() -> dict[str, str]:
    with as_file(files("bot.cli.demo").joinpath("sample")) as root:
        return {
            str(found.relative_to(root)): found.read_text(encoding="utf-8")
            for found in sorted(Path(root).rglob("*"))
            if found.is_file() and "__pycache__" not in found.parts
        }
