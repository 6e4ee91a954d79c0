"""The promises about `.github/greenlit.yml`: what it may say, and how a mistake in it is
told.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import FrozenInstanceError, asdict
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from pydantic import ValidationError

from bot.ports import Refusal
from bot.steps.config_file import ConfigFile, render_schema
from bot.steps.repo_config import read_config
from bot.values import ConfiguredCheck, RepoConfig

SCHEMA = Path(__file__).parents[2] / "deploy" / "greenlit.schema.json"
FULL = """\
label: bot
branch_prefix: bot/
attempts: 2
budget_usd: 1.5
minutes: 20
protected: ["migrations/**", secrets.env]
allow: [.github/labels.yml]
block: [style]
advise: [lint, tests]
max_files: 20
max_lines: 500
when_red: nothing
draft: true
approve: plan
approve_by: other
ci_secrets: withhold
split: stack
update: off
reviewers: ["coderabbitai[bot]"]
delete_branch: true
delete_closed_after_days: 14
instructions: |
  Use tabs.
sandbox: off
setup: [pip install -e .]
checks:
  test: pytest
  "lint:web":
    run: npm run lint
    only: npx eslint {only}
    kind: lint
    folder: ./web/
install_scripts: true
surprising_lines: true
"""


def refused(text: str) -> str:
    with pytest.raises(Refusal) as caught:
        read_config(text)
    return str(caught.value)


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", "---\n", "~"])
def test_an_absent_or_empty_file_means_the_defaults(text):
    """No file, an empty one and one of comments are the same. CI with secrets is asked about."""
    assert RepoConfig(ci_secrets="ask") == read_config(text)


def test_every_setting_can_be_set():
    """Each setting takes a value of its kind."""
    config = read_config(FULL)

    assert set(yaml.safe_load(FULL)) == set(ConfigFile.model_fields)
    assert (
        RepoConfig(
            label="bot",
            branch_prefix="bot/",
            attempts=2,
            budget_usd=1.5,
            minutes=20,
            protected=("migrations/**", "secrets.env"),
            allow=(".github/labels.yml",),
            block=("style",),
            advise=("lint", "tests"),
            max_files=20,
            max_lines=500,
            when_red="nothing",
            draft=True,
            approve="plan",
            approve_by="other",
            ci_secrets="withhold",
            split="stack",
            update=False,
            reviewers=("coderabbitai[bot]",),
            delete_branch=True,
            delete_closed_after_days=14,
            instructions="Use tabs.\n",
            sandbox=False,
            setup=("pip install -e .",),
            checks=(
                ConfiguredCheck("test", "pytest"),
                ConfiguredCheck("lint:web", "npm run lint", "npx eslint {only}", "lint", "web"),
            ),
            install_scripts=True,
            surprising_lines=True,
        )
        == config
    )


@pytest.mark.parametrize(
    "text",
    [
        "reviewers: [coderabbitai[bot], sonar[bot]]  # as GitHub shows them",
        "reviewers:\n- coderabbitai[bot]\n- sonar\n",
        "reviewers: ['coderabbitai[bot]', sonar]",
    ],
)
def test_bots_are_named_as_github_shows_them(text):
    """With or without the suffix of an App, quoted or not."""
    assert ("coderabbitai[bot]", "sonar[bot]") == read_config(text).reviewers


@pytest.mark.parametrize("text", ["reviewers: ['*']", "reviewers: [a b]", "reviewers: ada[bot]"])
def test_reviewers_are_single_bots_and_no_pattern(text):
    """A pattern would open the door to every bot."""
    assert "`reviewers`" in refused(text)


def test_a_configuration_does_not_change():
    """It is a value."""
    with pytest.raises(FrozenInstanceError):
        RepoConfig().label = "other"


def test_every_mistake_is_told_with_its_place():
    """The file, the line, the column, what is wrong and what is allowed."""
    text = "label: 7\nattempts: 99\nlabell: x\nprotected:\n  - a\n  - 3\nwhen_red: merge\ndraft: 1\nbudget_usd: .inf\n"

    assert snapshot("""\
The configuration cannot be used:
- .github/greenlit.yml, line 1, column 8: `label` cannot be `7`. Expected: the label that starts a run (1 to 50 characters).
- .github/greenlit.yml, line 2, column 11: `attempts` cannot be `99`. Expected: how often a run may push (a whole number from 1 to 10).
- .github/greenlit.yml, line 3, column 1: `labell` is no setting. Did you mean `label`? Settings are label, branch_prefix, attempts, budget_usd, minutes, protected, allow, block, advise, max_files, max_lines, when_red, draft, approve, approve_by, ci_secrets, split, update, reviewers, delete_branch, delete_closed_after_days, instructions, sandbox, setup, checks, install_scripts, surprising_lines.
- .github/greenlit.yml, line 6, column 5: `protected` cannot be `3`. Expected: more paths that the bot may not change (a list of at most 100 globs).
- .github/greenlit.yml, line 7, column 11: `when_red` cannot be `merge`. Expected: what to open when CI stays red (draft or nothing).
- .github/greenlit.yml, line 8, column 8: `draft` cannot be `1`. Expected: whether pull requests open as drafts (true or false).
- .github/greenlit.yml, line 9, column 13: `budget_usd` cannot be `.inf`. Expected: US dollars that a run may cost (a number above 0, at most 10000).\
""") == refused(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("label: [\n", "line 2, column 1: expected the node content, but found '<stream end>'."),
        ("label: a\nlabel: b\n", "line 2, column 1: `label` is given twice."),
        ("label: a\n---\nlabel: b\n", "line 2, column 1: but found another document."),
        ("label: &x a\n", "line 1, column 8: anchors, aliases and tags are not allowed."),
        ("label: *x\n", "line 1, column 8: anchors, aliases and tags are not allowed."),
        (
            "label: !!python/object:os.system x\n",
            "line 1, column 8: anchors, aliases and tags are not allowed.",
        ),
        (
            "minutes: !!timestamp x\n",
            "line 1, column 10: anchors, aliases and tags are not allowed.",
        ),
        ("[a]: 1\n", "line 1, column 1: a setting's name must be a word."),
        ("- label\n", "line 1, column 1: this is no list of settings."),
        ("label\n", "line 1, column 1: this is no list of settings."),
        ("label: a\nminutes: \x01\n", "line 2, column 10: the character U+0001 is not allowed."),
        ("label: " + "[" * 9 + "]" * 9, "line 1, column 15: this is nested too deep."),
        (
            "minutes: " + "1" * 5000,
            "line 1, column 10: `" + "1" * 60 + "…` is too long for a number.",
        ),
        ("label: 2024-99-99\nx: 1\n", "line 2, column 1: `x` is no setting."),
        ("<<: {label: a}\n", "line 1, column 1: `<<` is no setting."),
        ("instructions: " + "x" * 65_536, "the file is larger than 64 KB."),
        ("branch_prefix: -x\n", "line 1, column 16: `branch_prefix` cannot be `-x`."),
        ("attempts: true\n", "line 1, column 11: `attempts` cannot be `true`. Expected: how often"),
        ("attempts:\n  a: 1\n", "line 2, column 3: `attempts` cannot have this value."),
        (
            "setup: pip install .\n",
            "line 1, column 8: `setup` cannot be `pip install .`. Expected: commands that install",
        ),
        ("setup: ['a\x07']\n", "line 1, column 11: the character U+0007 is not allowed."),
        ("checks: [pytest]\n", "line 1, column 9: `checks` cannot have this value."),
        (
            "checks: {a b: pytest}\n",
            "line 1, column 15: `a b` is no name of a check. It begins with a letter;",
        ),
        ("checks:\n  test: {kind: test}\n", "line 2, column 3: `run` is missing here."),
        (
            "checks:\n  test: {run: pytest, onely: x}\n",
            "line 2, column 23: `onely` is no setting of a check. Did you mean `only`?",
        ),
        (
            "checks: {test: {run: pytest, only: pytest}}\n",
            "line 1, column 36: `checks.test.only` cannot be `pytest`. Expected: a command line",
        ),
        (
            "checks: {test: {run: pytest, folder: a/../..}}\n",
            "line 1, column 38: `checks.test.folder` cannot be `a/../..`.",
        ),
        (
            '"@org/team": `x`\n',
            "line 1, column 14: found character '`' that cannot start any token.",
        ),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_line(text, told):
    """YAML's odd corners end in a sentence, not in a crash."""
    assert f"- .github/greenlit.yml, {told}" in refused(text)


def test_a_misspelled_setting_gets_a_guess():
    """The nearest name is offered."""
    assert "Did you mean `budget_usd`?" in refused("budget: 3\n")


@given(st.text(alphabet="abz/.-_@{}~^:?*[\\ \x7f#é", max_size=12))
def test_a_branch_prefix_is_accepted_only_if_git_accepts_the_branch(prefix):
    """What passes here passes `git check-ref-format`."""
    try:
        accepted = ConfigFile(branch_prefix=prefix).branch_prefix
    except ValidationError:
        return
    checked = subprocess.run(
        ["git", "check-ref-format", "--branch", f"{accepted}7-slug"],
        check=False,
        capture_output=True,
    )

    assert 0 == checked.returncode


@given(st.text(max_size=60))
def test_any_text_is_a_configuration_or_a_refusal(text):
    """Nothing else comes out, whatever a stranger writes."""
    try:
        said = str(asdict(read_config(text)))
    except Refusal as refusal:
        said = str(refusal)

    assert ".github/greenlit.yml" in said or "'label':" in said


def test_the_published_schema_is_the_models():
    """deploy/greenlit.schema.json is what `greenlit schema` prints."""
    assert render_schema() == SCHEMA.read_text()
    assert ConfigFile.model_json_schema() == json.loads(SCHEMA.read_text())


def test_the_published_schema_takes_the_example_and_refuses_a_stranger():
    """An editor that knows the schema says what the bot says."""
    published = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(yaml.safe_load(FULL), published)

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"labels": ["a"]}, published)
