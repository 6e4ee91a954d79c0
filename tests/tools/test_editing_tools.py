"""What the model's calls change: a value, one call after the other, and nothing when a call fails."""

from dataclasses import dataclass, replace

import pytest

from bot.run import from_json, to_json
from bot.steps.ask_model import TimedTurn
from bot.steps.use_tools import TurnOutcome
from bot.tools import TOOLS
from bot.values import Patch, Plan, PlannedFile, PlannedWeakening, ToolCall, Turn
from tests.tool_caller import FINISH, PLAN, ToolCaller
from tests.tools.test_reading_tools import OUTSIDE

FILES = {
    "app/main.py": b"import os\n\n\ndef serve(port):\n    return port\n",
    "crlf.txt": b"one\r\ntwo\r\nthree\r\n",
    "latin.txt": "Gr\u00fc\u00dfe\n".encode("latin-1"),
    "logo.png": b"\x89PNG\r\n\x1a\n\x00\x00\xff",
    "100755:run.sh": b"echo hi\n",
    "120000:link": b"app/main.py",
}
EDIT = ("edit_file", {"path": "app/main.py", "old": "return port", "new": "return port + 1"})


@pytest.fixture(scope="module")
def tree(town):
    """A repository with a few odd files."""
    place = town.place("acme/tools-edit", {"a.txt": "a\n"})
    return place.ports, place.lay(FILES)


@pytest.fixture
def caller(tree):
    """A model that may edit: its plan is accepted."""
    return ToolCaller(*tree)


def test_an_edit_replaces_one_place(caller):
    """The rest of the file stays, and the repository too; the answer shows the line as it is now."""
    assert (
        "app/main.py changed in 1 place and has 5 lines now:\n"
        "    3\t\n    4\tdef serve(port):\n    5+\t    return port + 1"
    ) == caller.turn(EDIT).results[0].text
    assert {"app/main.py": "import os\n\n\ndef serve(port):\n    return port + 1\n"} == caller.files


def test_edits_of_one_turn_build_on_each_other(caller):
    """Several edits of one file, the second of what the first wrote; a read between them sees it."""
    outcome = caller.turn(
        ("edit_file", {"path": "app/main.py", "old": "import os\n", "new": "import sys\n"}),
        ("read_file", {"path": "app/main.py", "end": 1}),
        ("edit_file", {"path": "app/main.py", "old": "import sys\n", "new": "import re\n"}),
        EDIT,
    )

    assert "import sys" in outcome.results[1].text
    assert "import re\n\n\ndef serve(port):\n    return port + 1\n" == caller.files["app/main.py"]


def test_a_failed_edit_between_others_fails_alone(caller):
    """The ones before and after it hold, each call has its answer, in order."""
    wrong = ("edit_file", {"path": "app/main.py", "old": "import nothing", "new": "x"})
    outcome = caller.turn(("create_file", {"path": "b.py", "text": "b = 1\n"}), wrong, EDIT)

    assert [False, True, False] == [result.is_error for result in outcome.results]
    assert ["c0", "c1", "c2"] == [result.call_id for result in outcome.results]
    assert {"b.py", "app/main.py"} == set(caller.files)


def test_nothing_is_edited_before_the_plan(caller):
    """Looking is free; writing waits for `submit_plan`, which may stand in the same turn."""
    caller.context = type(caller.context)(
        caller.tree, caller.context.issue, caller.context.retrieval
    )

    for call in (
        EDIT,
        ("create_file", {"path": "b.py", "text": ""}),
        ("delete_file", {"path": "a.txt"}),
    ):
        assert "Submit a plan first" in caller.refusal(call[0], **call[1])
    assert "import os" in caller.answer("read_file", path="app/main.py")
    assert not any(result.is_error for result in caller.turn(("submit_plan", PLAN), EDIT).results)
    assert {"app/main.py"} == set(caller.files)


def test_a_plan_is_taken_whole(caller):
    """Files with their symbols, tests, risks and questions."""
    given = {
        "summary": "Count.",
        "files": [{"path": "a.py", "change": "count", "symbols": ["f"]}],
        "tests": ["counts"],
        "risks": ["slow"],
        "questions": ["From 0?"],
        "lowered": [{"what": "test_f", "why": "it counted from 1"}],
    }
    outcome = caller.turn(("submit_plan", given))

    assert (
        Plan(
            "Count.",
            (PlannedFile("a.py", "count", ("f",)),),
            ("counts",),
            ("slow",),
            ("From 0?",),
            (PlannedWeakening("test_f", "it counted from 1"),),
        )
        == outcome.plan
    )


def test_windows_line_ends_stay(caller):
    """The model writes line feeds; the file keeps its own."""
    caller.answer("edit_file", path="crlf.txt", old="one\ntwo\n", new="one\n2\n")

    assert "one\r\n2\r\nthree\r\n" == caller.files["crlf.txt"]


@pytest.mark.parametrize(
    ("tool", "given", "why"),
    [
        ("edit_file", {"path": "app/main.py", "old": "port", "new": "x"}, "stands in 3 places"),
        ("edit_file", {"path": "app/main.py", "old": "prot", "new": "x"}, "not in the file"),
        ("edit_file", {"path": "app/main.py", "old": "port):", "new": "port):"}, "the same"),
        ("edit_file", {"path": "main.py", "old": "a", "new": "b"}, "Did you mean app/main.py?"),
        ("edit_file", {"path": "latin.txt", "old": "G", "new": "g"}, "not UTF-8"),
        ("edit_file", {"path": "logo.png", "old": "PNG", "new": "GIF"}, "not UTF-8"),
        ("edit_file", {"path": "link", "old": "app", "new": "bpp"}, "symbolic link"),
        (
            "create_file",
            {"path": "app/main.py", "text": "x"},
            "exists: change it with `edit_file`, or delete it first",
        ),
        ("create_file", {"path": "latin.txt", "text": "x"}, "exists"),
        ("create_file", {"path": "link", "text": "x"}, "link is a symbolic link"),
        ("create_file", {"path": "link/x.py", "text": "x"}, "symbolic link"),
        ("create_file", {"path": "app", "text": "x"}, "directory"),
        ("create_file", {"path": "app/", "text": "x"}, "cannot be written"),
        ("create_file", {"path": "app/main.py/x.py", "text": "x"}, "not a directory"),
        ("create_file", {"path": "crlf.txt", "text": "x"}, "exists"),
        ("delete_file", {"path": "app"}, "folder"),
        ("delete_file", {"path": "nowhere.py"}, "There is no file"),
        ("delete_file", {"path": "link"}, "symbolic link"),
    ],
)
def test_an_edit_that_does_not_fit_says_why(caller, tool, given, why):
    """And changes nothing."""
    assert why in caller.refusal(tool, **given)


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_tree_can_be_written(caller, path):
    """Neither .git nor a path upwards, absolute, with a backslash or a line end, like an option or
    too long, nor what some system takes for no name.
    """
    result = caller.call("create_file", path=path, text="x")

    assert result.is_error
    assert set() == set(caller.files)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (".GIT/config", "git's own directory can never be changed"),
        ("app/.git", "git's own directory can never be changed"),
        (".git ", "git's own directory can never be changed"),
        ("git~1/config", "git's own directory can never be changed"),
        (".git::x", "git's own directory can never be changed"),
        (".g\u200cit/config", "may not hold control or invisible characters"),
    ],
)
def test_gits_own_folder_cannot_be_spelled_otherwise(caller, path, why):
    """Case, short names, invisible characters and streams: some file system would take them for
    .git.
    """
    assert why in caller.refusal("create_file", path=path, text="x")


def test_a_deleted_file_is_gone_until_it_is_written_anew(caller):
    """Delete, then create: the new text; then deleted again."""
    caller.answer("delete_file", path="app/main.py")
    gone = dict(caller.files)
    caller.refusal("delete_file", path="app/main.py")
    caller.refusal("edit_file", path="app/main.py", old="import os", new="x")
    caller.answer("create_file", path="app/main.py", text="new = 1\n")
    new = dict(caller.files)
    caller.answer("delete_file", path="app/main.py")

    assert {"app/main.py": None} == gone == caller.files
    assert {"app/main.py": "new = 1\n"} == new


def test_a_folder_may_take_a_deleted_files_place(caller):
    """And the tree that is pushed holds the one and not the other."""
    caller.turn(
        ("delete_file", {"path": "crlf.txt"}),
        ("create_file", {"path": "crlf.txt/a.py", "text": "a = 1\n"}),
    )

    assert "crlf.txt/" in caller.answer("list_dir")


def test_what_is_undone_is_no_change(caller):
    """Edited back, created and deleted, deleted and written as it was: the patch is empty, in one
    turn or in two.
    """
    back = ("edit_file", {"path": "app/main.py", "old": "return port + 1", "new": "return port"})
    whole = FILES["app/main.py"].decode()
    for turns in (
        [[EDIT], [back]],
        [[EDIT, back]],
        [[("create_file", {"path": "b.py", "text": "b"})], [("delete_file", {"path": "b.py"})]],
        [
            [("delete_file", {"path": "app/main.py"})],
            [("create_file", {"path": "app/main.py", "text": whole})],
        ],
    ):
        for calls in turns:
            caller.turn(*calls)

        assert {} == caller.files


def test_an_edit_undone_and_made_again_counts(caller):
    """Only the end counts."""
    back = ("edit_file", {"path": "app/main.py", "old": "return port + 1", "new": "return port"})
    caller.turn(EDIT)
    caller.turn(back, EDIT)

    assert "return port + 1" in caller.files["app/main.py"]


def test_a_finish_waits_for_its_answer(caller):
    """It has none yet; the calls beside it have theirs, and edits before and after it count."""
    outcome = caller.turn(("list_dir", {}), ("finish", FINISH), EDIT)

    assert ["c0", "c2"] == [result.call_id for result in outcome.results]
    assert ("c1", "Did it") == (outcome.finish_call, outcome.finish.title)
    assert {"app/main.py"} == set(caller.files)


def test_a_second_finish_in_a_turn_is_answered_at_once(caller):
    """Every call must come back answered, or the API refuses the next turn; the first one counts."""
    outcome = caller.turn(("finish", FINISH), ("finish", FINISH | {"title": "Again"}))

    assert [("c1", True)] == [(result.call_id, result.is_error) for result in outcome.results]
    assert ("c0", "Did it") == (outcome.finish_call, outcome.finish.title)


def test_a_list_for_people_is_kept(caller):
    """The newest one, whole."""
    outcome = caller.turn(
        ("update_todo", {"items": ["[x] a"]}), ("update_todo", {"items": ["[x] a", "[ ] b"]})
    )

    assert ("[x] a", "[ ] b") == outcome.todo


@pytest.mark.parametrize(
    ("tool", "given", "why"),
    [
        ("run_shell", {"command": "id"}, "no tool 'run_shell'"),
        ("", {}, "no tool"),
        ("read_file", {}, "`path` is missing"),
        ("read_file", {"path": ""}, "`path`: "),
        ("read_file", {"path": 7}, "`path`: "),
        ("read_file", {"path": "a.txt", "start": 0}, "`start`: "),
        ("read_file", {"path": "a.txt", "start": "one"}, "`start`: "),
        ("read_file", {"path": "a.txt", "end": -1}, "`end`: "),
        (
            "read_file",
            {"path": "a.txt", "encoding": "utf-8"},
            "no field `encoding`. The fields of read_file are `path`, `start`, `end`.",
        ),
        ("read_file", {"path": ["a.txt"]}, "`path`: "),
        ("edit_file", {"path": "a.txt", "old": "", "new": "b"}, "`edits.0.old`: "),
        ("edit_file", {"path": "a.txt", "new": "b"}, "`edits.0.old` is missing"),
        ("create_file", {"path": "b.txt", "text": None}, "`text`: "),
        ("create_file", {"path": "b.txt", "text": "half \ud83d"}, "`text`: "),
        ("create_file", {"path": "half \ud83d", "text": ""}, "`path`: "),
        ("grep", {"pattern": "x" * 501}, "`pattern`: "),
        ("find_symbol", {"name": ""}, "`name`: "),
        ("log_lines", {"job": "test", "start": 1, "end": 2}, "`job`: "),
        ("submit_plan", {"files": "a.py"}, "`files`: Input should be a valid list"),
        (
            "submit_plan",
            {"summary": "x", "files": [{"path": "a"}]},
            "`files.0.change` is missing",
        ),
        ("finish", {"title": "", "message": "", "summary": ""}, "`title`: "),
        ("finish", {"title": "x" * 201, "message": "", "summary": "x"}, "`title`: "),
        ("finish", {"title": "x" * 73, "message": "", "summary": "x"}, "has 73 characters"),
        ("finish", {"title": "\n# [skip ci]", "message": "", "summary": "x"}, "says nothing"),
        ("update_todo", {"items": ["x"] * 21}, "`items`: "),
    ],
)
def test_a_call_that_does_not_fit_says_what_is_wrong(caller, tool, given, why):
    """Which field, and why; nothing is done and nothing ends."""
    assert why in caller.refusal(tool, **given)


def test_every_tool_that_is_offered_is_answered(caller):
    """None falls through to "no such tool" or to a bug, whatever it is given."""
    for tool in TOOLS:
        outcome = caller.turn((tool.name, {}))
        assert all("no tool" not in result.text for result in outcome.results)


def test_logs_of_jobs_that_are_not_there_are_told(caller):
    """A wrong number is a mistake of the model's, not the end of the run."""
    for job in (1, 10**15, -1):
        assert "no log of job" in caller.refusal("log_lines", job=job, start=1, end=5)
        assert "no log of job" in caller.refusal("log_grep", job=job, text="Error")


def test_what_was_used_survives_the_record(caller):
    """A turn with odd characters and its results go through JSON and back, or the run could not go
    on.
    """
    odd = "\u2028 \U0001f600 \x00 \x1b[31m \ufffe"
    outcome = caller.turn(
        ("create_file", {"path": "odd.txt", "text": odd}),
        ("finish", FINISH),
        ("grep", {"pattern": "["}),
    )
    turn = TimedTurn(Turn("tools", calls=(ToolCall("c", "create_file", {"text": odd}),)), 1.0)

    assert outcome == from_json(to_json(outcome), TurnOutcome)
    assert turn == from_json(to_json(turn), TimedTurn)
    assert Patch(outcome.changes) == from_json(to_json(Patch(outcome.changes)), Patch)


def test_half_a_character_does_not_end_a_run():
    """JSON can hold lone surrogates, and models have written them: the turn must still go into the
    record.
    """
    turn = TimedTurn(
        Turn("tools", '[{"text": "\\ud83d"}]', (ToolCall("c", "create_file", {"text": "\ud83d"}),)),
        1.0,
    )

    assert to_json(turn)


def test_a_rename_through_the_tree_is_one_call(caller):
    """The answer names the files, and what was left because nothing proves it."""
    caller.answer(
        "create_file",
        path="app/use.py",
        text="from app.main import serve\n\n\ndef go(x):\n    x.serve(serve(1))\n",
    )
    told = caller.answer("rename_symbol", old="app.main.serve", new="listen")

    assert (
        "Changed 3 places in 2 files. The new lines:\n"
        "app/main.py:4: def listen(port):\n"
        "app/use.py:1: from app.main import listen\n"
        "app/use.py:5:     x.serve(listen(1))"
    ) == told
    assert "import os\n\n\ndef listen(port):\n    return port\n" == caller.files["app/main.py"]
    assert (
        "from app.main import listen\n\n\ndef go(x):\n    x.serve(listen(1))\n"
        == caller.files["app/use.py"]
    )


def test_a_rename_that_is_not_proved_is_the_model_s_to_decide(caller):
    """Nothing is changed, and the lines are listed; with `partial` all others are."""
    text = "from app.main import serve\n\n# serve\nNAMES = ['serve']\ngetattr(1, NAMES[0])\n"
    caller.answer("create_file", path="app/use.py", text=text)
    refused = caller.refusal("rename_symbol", old="app.main.serve", new="listen")
    made = caller.answer("rename_symbol", old="app.main.serve", new="listen", partial=True)

    assert (
        "Nothing was changed, because 1 place cannot be proved. Look at the lines below: with "
        "`partial` all others are changed, and you edit those of them that are meant.\n"
        "app/use.py:4: NAMES = ['serve']  (a string with that name)"
    ) == refused
    assert text.replace("import serve", "import listen") == caller.files["app/use.py"]
    assert "app/use.py:4: NAMES = ['serve']  (a string with that name)" in made
    assert "Comments and texts that still say the old name: app/use.py:3." in made


def test_a_move_and_an_async_function_are_one_call_each(caller):
    """A new file comes to be where none was; what cannot be done says why."""
    caller.answer("move_symbol", name="serve", to="app.server")
    caller.answer("make_async", name="serve")

    assert "async def serve(port):\n    return port\n" == caller.files["app/server.py"]
    assert "No file defines" in caller.refusal("rename_symbol", old="nothing", new="x")
    assert "cannot be written" in caller.refusal("move_symbol", name="serve", to=".git/x.py")


@dataclass(frozen=True)
class BrokenMirrors:
    """Mirrors with a bug in them."""

    def read(self, tree, paths):
        """Fail as a bug of ours does."""
        return {}["a.txt"]


def test_a_bug_in_a_tool_is_no_missing_tool(tree):
    """A KeyError of ours ends the step, where people see it, and is not told to the model."""
    ports, base = tree
    caller = ToolCaller(replace(ports, mirrors=BrokenMirrors()), base)

    with pytest.raises(KeyError, match=r"a\.txt"):
        caller.call("read_file", path="a.txt")
