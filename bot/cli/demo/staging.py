"""Set the demo's stage: the forge with the sample, the bot beside it, and who plays Claude."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import yaml

from bot.cli.demo.bot_process import BotProcess, program_path, run_bot
from bot.forge import AppKeys, Forge, serve_forge
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import ModelSettings, SandboxSettings, load_settings

REPO = "acme/orders"
ASKER = "ada"
LAST_JOB_S = 10.0  # for the CI job under way when people stop the demo


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays Claude's part: Claude itself, or a conversation written by hand."""

    model: ModelSettings | None = None
    conversation: Path | None = None  # another one than the demo's own


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo plays on."""

    home: Path
    forge: Forge
    bot: BotProcess
    double: ClaudeDouble | None

    def list_misfits(self) -> list[str]:
        """List what the conversation written by hand expected of the bot, and what came instead."""
        requests = self.double.requests if self.double else []
        return [request.error for request in requests if request.error]


@contextmanager
def set_stage(home: Path, cast: Cast) -> Iterator[Stage]:
    """Start all of it; the issue is not opened yet."""
    forge = Forge(home / "forge")
    forge.state.runner_env = {"PATH": program_path(), "HOME": str(home)}
    forge.create_repository(REPO, _read_sample(), people={ASKER: "admin"})
    app = yaml.safe_load(files("deploy").joinpath("app.yml").read_text(encoding="utf-8"))
    keys = forge.create_app("greenlit", app["default_permissions"], app["default_events"])
    forge.install(keys, REPO)
    with ExitStack() as stack:
        url = stack.enter_context(serve_forge(forge))
        stack.callback(forge.wait_until_idle, LAST_JOB_S)
        double = None if cast.model else _load_double(cast.conversation)
        settings = _bot_settings(home, keys, url)
        if cast.model:
            settings |= _claude_settings(cast.model)
        if double:
            settings |= _double_settings(stack.enter_context(serve_claude(double)))
        bot = stack.enter_context(run_bot(home, settings))
        forge.set_webhook_url(keys, bot.webhook_url)
        yield Stage(home, forge, bot, double)


def read_issue() -> tuple[str, str]:
    """Read the title and the body of the issue that is asked."""
    text = files("bot.cli.demo").joinpath("sample_issue.md").read_text(encoding="utf-8")
    title, _, body = text.partition("\n")
    return title, body.strip()


def _bot_settings(home: Path, keys: AppKeys, url: str) -> dict[str, str]:
    """Set the bot up for this forge; it takes no other setting of this machine but the sandbox."""
    return {
        "GREENLIT_APP_ID": str(keys.id),
        "GREENLIT_PRIVATE_KEY": keys.private_key,
        "GREENLIT_WEBHOOK_SECRET": keys.webhook_secret,
        "GREENLIT_GITHUB_URL": url,
        "GREENLIT_GITHUB_API_URL": f"{url}/api/v3",
        "GREENLIT_HOME": str(home / "bot"),
        "GREENLIT_PORT": "0",
        "GREENLIT_PAGE_PORT": "0",
        "GREENLIT_WRITE_PAUSE_S": "0",
        "GREENLIT_SANDBOX": load_settings(SandboxSettings).sandbox,
        "GREENLIT_SANDBOX_TOOLCHAINS": str(Path(sys.prefix).resolve()),
    }


def _load_double(conversation: Path | None) -> ClaudeDouble:
    """Load the conversations: each says what it is about, and whether code can be run in it."""
    names = ("review.yml", "conversation_sandbox.yml", "conversation.yml")
    with as_file(files("bot.cli.demo")) as folder:
        scripts = [Script.load(folder / name) for name in names]
    if conversation:
        scripts[1:] = [Script.load(conversation)]
    return ClaudeDouble(scripts, pace=1.0)


def _double_settings(url: str) -> dict[str, str]:
    return {"GREENLIT_ANTHROPIC_URL": url, "GREENLIT_ANTHROPIC_API_KEY": "the-double-takes-any"}


def _claude_settings(model: ModelSettings) -> dict[str, str]:
    settings = model.model_dump(mode="json", exclude={"anthropic_api_key"}, exclude_none=True)
    settings["prices"] = json.dumps(model.prices)
    settings["anthropic_api_key"] = model.anthropic_api_key.get_secret_value()
    return {f"GREENLIT_{name.upper()}": str(value) for name, value in settings.items()}


def _read_sample() -> dict[str, str]:
    with as_file(files("bot.cli.demo").joinpath("sample")) as root:
        paths = [path for path in sorted(Path(root).rglob("*")) if path.is_file()]
        return {
            str(path.relative_to(root)): path.read_text(encoding="utf-8")
            for path in paths
            if "__pycache__" not in path.parts
        }
