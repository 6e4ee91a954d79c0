"""What the README says is so."""

import re
from importlib.resources import files
from pathlib import Path
from types import FunctionType
from typing import cast

import pytest
import yaml

from bot.cli.commands import app
from bot.settings import CorpusSettings, Settings, describe_settings
from bot.steps.config_file import ConfigFile
from bot.steps.repo_config import read_config
from bot.stories.handle_command import COMMANDS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


# Those of the bot, and the one that only commands have and no variable of another program sets.
SETTINGS = describe_settings(Settings)
DATABASE = {
    name: said for name, said in describe_settings(CorpusSettings).items() if "DATABASE" in name
}


@pytest.mark.parametrize(("name", "said"), [*SETTINGS.items(), *DATABASE.items()])
def test_every_setting_is_in_the_readme(name, said):
    """With its default and its meaning, as the code has them."""
    meaning, default = said
    shown = f"`{default}`" if default else "*must be set*"

    assert f"| `{name}` | {shown} | {meaning} |" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_for_people_is_in_the_readme(command):
    """Whatever can be said to it can be looked up."""
    assert f"`/{command}" in README


@pytest.mark.parametrize(
    "prompt", [found.name for found in files("prompts").iterdir() if found.name.endswith(".md")]
)
def test_every_prompt_is_in_the_readme(prompt):
    """Whoever wants to change what it says to Claude finds the file."""
    assert prompt in README


@pytest.mark.parametrize(
    "command",
    [
        command.name or cast("FunctionType", command.callback).__name__
        for command in app.registered_commands
    ],
)
def test_every_command_line_is_in_the_readme_or_changelog(command):
    """Whatever can be typed can be looked up."""
    changelog = (Path(__file__).parents[1] / "CHANGELOG.md").read_text(encoding="utf-8")

    assert f"greenlit {command}" in README or f"`{command}`" in changelog


def test_the_configuration_in_the_readme_is_read():
    """The example of .github/greenlit.yml is one."""
    example = README.partition("```yaml\n")[2].partition("```")[0]

    assert "autogen" == read_config(example).label
    assert set(yaml.safe_load(example)) <= set(ConfigFile.model_fields)


def test_what_the_readme_links_to_is_there():
    """Every relative link leads to a file, and to a heading of it where it names one."""
    root = Path(__file__).parents[1]
    links = [part.partition(")")[0] for part in README.split("](")[1:]]
    places = [link.partition("#")[::2] for link in links if "://" not in link]

    assert [] == [name for name, _ in places if not (root / name).exists()]
    assert [] == [
        anchor
        for name, anchor in places
        if anchor and anchor not in list_anchors((root / (name or "README.md")).read_text())
    ]


def list_anchors(text):
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
