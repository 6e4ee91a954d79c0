"""The story of a wish: what people and the model can make of it, and what bounds it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from io import StringIO

import pytest
from pydantic import SecretStr
from rich.console import Console

from bot.cli.new import build_ports
from bot.cli.unrecorded_run import UnrecordedRun, run_at_once
from bot.settings import SolveSettings
from bot.stories.make_project import make_project
from bot.values import (
    Machine,
    RunKey,
    SandboxResult,
    SandboxState,
    Signal,
    ToolCall,
    ToolResults,
    Turn,
    Usage,
    UserText,
    Wish,
)

SPECIFICATION = {
    "title": "Greeter",
    "overview": "It greets.",
    "language": "python",
    "runtime": "Python 3.11",
    "kind": "library",
    "features": ["It greets by name."],
    "files": [{"path": "greeter.py", "purpose": "greets"}],
}
TEST = "from greeter import greet\n\n\ndef test_it():\n    assert greet() == 1\n"
TEXTS = {
    "greeter.py": "def greet():\n    return 1\n",
    "pyproject.toml": '[project]\nname = "greeter"\nversion = "0.1.0"\n',
    "test_greeter.py": TEST,
    "README.md": "# Greeter\n",
}
IMPORTS = [{"path": "greeter.py", "names": ["greet"]}]
STRUCTURE = {
    "files": [
        {"path": "greeter.py", "description": "Greets by name.", "exports": ["greet"]},
        {"path": "pyproject.toml", "description": "The package."},
        {"path": "test_greeter.py", "description": "Tests of it.", "imports": IMPORTS},
        {"path": "README.md", "description": "How it is used."},
    ],
    "entry_point": "greeter.py",
    "steps": [
        {"name": "execute", "command": "python3 greeter.py", "proof": "It ends."},
        {"name": "check", "command": "python3 -m pytest", "proof": "Tests pass."},
    ],
}
SPECIFY = ("submit_specification", SPECIFICATION)
PLAN = ("submit_structure", STRUCTURE)
WRITE = tuple(("write_file", {"path": path, "text": text}) for path, text in TEXTS.items())
YES = Signal("approve")


class ScriptedModel:
    """A model whose turns are written down; the last one is said ever after."""

    name = "Claude"

    def __init__(self, turns):
        self.turns = list(turns)
        self.told = []

    def turn(self, prefix, conversation, budget_usd):
        match conversation[-1]:
            case UserText(text):
                self.told.append(text)
            case ToolResults(results):
                self.told.append("\n".join(result.text for result in results))
        calls = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        if isinstance(calls, str):
            return Turn(calls, usage=Usage(0.01))
        made = tuple(
            ToolCall(f"{len(self.told)}.{number}", name, given)
            for number, (name, given) in enumerate(calls)
        )
        return Turn("tools" if made else "end", calls=made, usage=Usage(0.01))


class ScriptedSandbox:
    """A sandbox in which jobs end as they are told to, and well after that."""

    def __init__(self, *logs, lock=None):
        self.logs = list(logs)
        self.lock = lock

    def describe(self):
        return SandboxState("bubblewrap")

    def find_machine(self):
        return Machine({"python3": "3.11.7"})

    def run(self, job):
        if "uv.lock" in job.returns:  # it was installed, and came with what `install` left
            return SandboxResult(0, changes=dict.fromkeys(["uv.lock"], self.lock))
        if job.commands != ("python3 -m pytest",) or not self.logs:
            return SandboxResult(0)
        return self.logs.pop(0)

    def discard(self, workspace):
        pass


class AnsweringRun(UnrecordedRun):
    """A run whose person gives these answers, one after the other."""

    answers = ()

    async def wait(self, patience_s, waiting=None):
        *self.answers, answer = self.answers or [None]
        return answer


@pytest.fixture
def make(tmp_path):
    """Make a project in the folder with these turns; gives the outcome and what the model heard."""
    home = tmp_path / "home"
    home.mkdir()

    def start(*turns, answers=(YES,), logs=(), lock=None, wish="a greeter for people", edit=None):
        settings = SolveSettings(anthropic_api_key=SecretStr("k"))
        ports = build_ports(settings, home, tmp_path / "greeter")
        model = ScriptedModel(turns)
        checkers = replace(ports.checkers, index=None)
        ports = replace(
            ports, model=model, sandbox=ScriptedSandbox(*logs, lock=lock), checkers=checkers
        )
        run = AnsweringRun(ports, Console(file=StringIO()), RunKey("new#0/1"))
        run.answers = list(reversed(answers))
        if edit:
            run.wait = edit(run.wait, tmp_path / "greeter/docs/spec.md")
        return run_at_once(make_project(run, Wish(wish))), model.told

    return start


def git(folder, *asked):
    done = subprocess.run(["git", "-C", folder, *asked], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def test_files_that_nobody_writes_are_in_no_specification(make, tmp_path):
    """Locks, what is built, and the bot's own pages come by themselves: none need be planned."""
    names = ("greeter.py", "uv.lock", "dist/", "docs/", "docs/spec.md", "tests/")
    files = [{"path": name, "purpose": "a part"} for name in names]
    make([("submit_specification", {**SPECIFICATION, "files": files})], [], answers=(None,))
    page = (tmp_path / "greeter/docs/spec.md").read_text()

    assert ["greeter.py", "tests/"] == [name for name in names if f"- `{name}`" in page]


def test_words_ask_for_another_specification(make, tmp_path):
    """What the person says goes to the model, and what it submits then is shown again."""
    quieter = ("submit_specification", {**SPECIFICATION, "title": "Quiet greeter"})
    other = Signal("edited", "It shall be quieter.")
    outcome, told = make([SPECIFY], [quieter], [PLAN], WRITE, answers=(other, YES))

    assert "done" == outcome.state
    assert told[1].endswith("what they want to be different:\n\nIt shall be quieter.")
    assert (tmp_path / "greeter/docs/spec.md").read_text().startswith("# Quiet greeter\n")


def test_a_specification_that_lost_its_shape_is_asked_for_again(make):
    """What a person left of it goes to the model, with what cannot be read of it."""

    def edit(wait, page):
        async def answer(patience_s, waiting=None):
            if page.read_text().startswith("# Greeter"):
                page.write_text("Just make it nice.\n")
            return await wait(patience_s, waiting)

        return answer

    outcome, told = make([SPECIFY], [], answers=(YES, None), edit=edit)

    assert "gave up" == outcome.state
    assert "They left it so:\n\nJust make it nice." in told[1]


@pytest.mark.parametrize(
    ("turns", "logs", "kind", "reason"),
    [
        (
            [[SPECIFY], [("submit_structure", {**STRUCTURE, "entry_point": "other.py"})]],
            [],
            "gates",
            "No consistent plan of the files came in 6 turns of the model.",
        ),
        (
            [[SPECIFY], [PLAN], [("list_dir", {"path": ""})]],
            [],
            "gates",
            "`greeter.py` was asked for again and again, and did not come.",
        ),
        (
            [
                [SPECIFY],
                [PLAN],
                [("write_file", {"path": "greeter.py", "text": "def greet():\n    pass\n"})],
            ],
            [],
            "gates",
            "`greeter.py` is not right yet: `greet` does nothing.",
        ),
    ],
)
def test_what_leads_nowhere_comes_to_an_end(make, turns, logs, kind, reason):
    """A plan, a file or a body that never comes is not waited for until the money is gone."""
    outcome, _ = make(*turns, logs=logs)

    assert ("gave up", kind) == (outcome.state, outcome.kind)
    assert outcome.text.startswith(reason)


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (
            ["refused"],
            "refused: Claude declined the request. If the wish can be read as asking for harm,",
        ),
        ([[SPECIFY], "refused"], "gave up: Claude declined the request. "),
        ([[SPECIFY], "budget"], "gave up: I reached the budget of $5.00 for one run: $0.02 is"),
        ([[SPECIFY], "broken"], "gave up: Claude's answers broke off again and again. "),
    ],
)
def test_what_ends_the_conversation_is_told_without_words_of_github(make, turns, expected):
    """A wish that the model refuses from the first leaves nothing; after that there is something
    to go on with.
    """
    outcome, _ = make(*turns)

    assert f"{outcome.state}: {outcome.text} ".startswith(expected)
    assert outcome.next_step in ("", "Begun again, it may take as much once more.")


@pytest.mark.parametrize(
    ("asked", "begins", "holds"),
    [
        ("MIT", "MIT License\n\nCopyright (c) the authors of Greeter\n", "free of charge"),
        ("the Apache License, Version 2.0", " " * 33 + "Apache License\n", "9. Accepting Warranty"),
        ("BSD-3-Clause", "BSD 3-Clause License\n", "3. Neither the name"),
        ("none", "", ""),
        ("GPL-3.0-only", "", ""),
    ],
)
def test_the_licence_is_written_as_it_is(make, tmp_path, asked, begins, holds):
    """Its text is known, so no model writes it from memory; nobody need plan it."""
    named = ("submit_specification", {**SPECIFICATION, "licence": asked})
    own = ("write_file", {"path": "LICENSE", "text": "Do what you want.\n"})
    outcome, _ = make([named], [PLAN], (*WRITE, own))
    place = tmp_path / "greeter/LICENSE"
    text = place.read_text() if place.exists() else ""

    assert "done" == outcome.state
    assert text.startswith(begins)
    assert holds in text
    assert bool(begins) == ("LICENSE" in git(tmp_path / "greeter", "ls-files"))


def test_a_plan_that_is_not_accepted_is_changed_and_not_sent_again(make):
    """The model sends what changes; a whole plan takes the place of the draft."""
    wrong = {**STRUCTURE["files"][2], "imports": [{"path": "greeter.py", "names": ["hail"]}]}
    files = [wrong if file["path"] == wrong["path"] else file for file in STRUCTURE["files"]]
    stray = {"path": "stray.py", "description": "It is used by nobody."}
    plans = [
        ("submit_structure", {**STRUCTURE, "files": [*files, stray]}),
        ("submit_structure", {**STRUCTURE, "files": files}),
        ("submit_structure", {"files": STRUCTURE["files"][2:3]}),
    ]
    outcome, told = make([SPECIFY], *([plan] for plan in plans), WRITE)

    assert "done" == outcome.state
    assert ["test_greeter.py", "stray.py"] == re.findall(r"^- (.+?):", told[2], re.MULTILINE)
    assert ["test_greeter.py"] == re.findall(r"^- (.+?):", told[3], re.MULTILINE)


def test_what_fails_ever_again_comes_to_an_end(make, tmp_path):
    """Eight trials are made; what was mended in between is kept, and a deleted file goes. Three
    that fail in the same way are enough.
    """
    reds = [
        SandboxResult(1, f"FAILED test_greeter.py::test_{name} - assert 1 == 2\n".encode())
        for name in "abcdefgh"
    ]
    greeter = STRUCTURE["files"][0]
    more = {"path": "more.py", "description": "What is said.", "exports": ["WORD"]}
    both = {**greeter, "imports": [{"path": "more.py", "names": ["WORD"]}]}
    text = TEXTS["greeter.py"]
    adds = (
        ("submit_structure", {"files": [more, both]}),
        ("write_file", {"path": "more.py", "text": "WORD = 1\n"}),
        ("write_file", {"path": "greeter.py", "text": f"from more import WORD\n\n\n{text}"}),
    )
    drops = (
        ("submit_structure", {"files": [greeter], "removed": ["more.py"]}),
        ("write_file", {"path": "greeter.py", "text": text}),
        ("delete_file", {"path": "more.py"}),
    )
    turns = [
        [("write_file", {"path": "README.md", "text": f"# Greeter {number}\n"})]
        for number in range(5)
    ]
    outcome, told = make([SPECIFY], [PLAN], WRITE, adds, drops, *turns, logs=reds)
    same, _ = make([SPECIFY], [PLAN], WRITE, *turns, logs=reds[:1] * 8)
    folder = tmp_path / "greeter"

    assert ("gave up", "same failure") == (outcome.state, outcome.kind)
    assert outcome.text.startswith("It was tried 8 times and does not work yet. check failed in")
    assert same.text.startswith("It was tried 3 times and does not work yet.")
    assert "The step check failed." in told[3]
    assert "# Greeter 1\n" == (folder / "README.md").read_text()
    assert [] == git(folder, "ls-files", "more.py")


def test_a_check_that_runs_no_test_is_red(make):
    """It ends well and proves nothing."""
    empty = SandboxResult(0, b"\nRan 0 tests in 0.000s\n\nOK\n")
    mend = [("write_file", {"path": "README.md", "text": "# The greeter\n"})]
    outcome, told = make([SPECIFY], [PLAN], WRITE, mend, logs=[empty])

    assert "done" == outcome.state
    assert "It ended well, but ran no test." in told[3]


def test_the_lock_of_what_was_installed_is_committed(make, tmp_path):
    """Once everything passes; one that names addresses of the sandbox would help nobody."""
    steps = [*STRUCTURE["steps"], {"name": "install", "command": "uv sync", "proof": "It ends."}]
    plan = ("submit_structure", {**STRUCTURE, "steps": steps})
    outcome, _ = make([SPECIFY], [plan], WRITE, lock="version = 1\n")
    folder = tmp_path / "greeter"

    assert "done" == outcome.state
    assert "Lock the packages that it was tried with" == git(folder, "log", "-1", "--format=%s")[0]
    assert ["uv.lock"] == git(folder, "show", "--name-only", "--format=", "HEAD")
    assert "version = 1\n" == (folder / "uv.lock").read_text()


def test_a_lock_of_addresses_in_the_sandbox_is_left_out(make, tmp_path):
    """Nobody else could install by it."""
    steps = [*STRUCTURE["steps"], {"name": "install", "command": "uv sync", "proof": "It ends."}]
    plan = ("submit_structure", {**STRUCTURE, "steps": steps})
    outcome, _ = make([SPECIFY], [plan], WRITE, lock='url = "http://127.0.0.1:3128/a"\n')

    assert "done" == outcome.state
    assert not (tmp_path / "greeter/uv.lock").exists()
