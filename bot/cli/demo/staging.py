"""Set the demo's stage: the forge with the sample, the bot beside it, and who plays Claude."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from bot.cli.demo.bot_process import BotProcess, program_path, run_bot
from bot.cli.demo.samples import POLLING, Sample
from bot.forge import AppKeys, Forge, serve_forge
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.settings import ModelSettings, SandboxSettings, load_settings

ASKER = "ada"
LAST_JOB_S = 10.0  # for the CI job under way when people stop the demo


@dataclass(frozen=True, slots=True)
class Cast:
    """What is played, and who plays Claude's part: itself, or a conversation written by hand."""

    sample: Sample = POLLING
    model: ModelSettings | None = None
    conversation: Path | None = None  # another one than the demo's own


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo plays on."""

    home: Path
    sample: Sample
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
    repo = cast.sample.repo
    forge.create_repository(repo, cast.sample.read_files(), people={ASKER: "admin"})
    app = yaml.safe_load(files("deploy").joinpath("app.yml").read_text(encoding="utf-8"))
    keys = forge.create_app("greenlit", app["default_permissions"], app["default_events"])
    forge.install(keys, repo)
    with ExitStack() as stack:
        url = stack.enter_context(serve_forge(forge))
        stack.callback(forge.wait_until_idle, LAST_JOB_S)
        double = None if cast.model else _make_double(cast)
        settings = _bot_settings(home, keys, url)
        if cast.model:
            settings |= _claude_settings(cast.model)
        if double:
            settings |= _double_settings(stack.enter_context(serve_claude(double)))
        bot = stack.enter_context(run_bot(home, settings))
        forge.set_webhook_url(keys, bot.webhook_url)
        yield Stage(home, cast.sample, forge, bot, double)


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


def _make_double(cast: Cast) -> ClaudeDouble:
    return ClaudeDouble(cast.sample.load_scripts(cast.conversation), pace=1.0)


def _double_settings(url: str) -> dict[str, str]:
    return {"GREENLIT_ANTHROPIC_URL": url, "GREENLIT_ANTHROPIC_API_KEY": "the-double-takes-any"}


def _claude_settings(model: ModelSettings) -> dict[str, str]:
    settings = model.model_dump(mode="json", exclude={"anthropic_api_key"}, exclude_none=True)
    settings["prices"] = json.dumps(model.prices)
    settings["anthropic_api_key"] = model.anthropic_api_key.get_secret_value()
    return {f"GREENLIT_{name.upper()}": str(value) for name, value in settings.items()}
