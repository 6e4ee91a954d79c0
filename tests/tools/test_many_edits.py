"""Many places in one call, what the answer shows of them, and how an edit is looked at and undone."""

from dataclasses import replace

import pytest

from bot.steps.ask_model import build_prefix, open_conversation
from bot.values import Finish, Plan, PlannedFile, PlannedWeakening, RepoConfig
from tests.tool_caller import ToolCaller

MAIN = "import os\n\n\ndef serve(port):\n    return port\n\n\ndef stop(port):\n    return port\n"
FILES = {
    "app/main.py": MAIN.encode(),
    "app/names.ts": b"const color = 1;\nconst colors = [color];\n",
    "app/style.ts": b"import { color } from './names';\nuse(color);\n",
    "app/latin.ts": "// Gr\u00fc\u00dfe color\n".encode("latin-1"),
    "crlf.txt": b"one\r\ntwo\r\nthree\r\n",
    "folder/inner.txt": b"inner\n",
    "long.txt": "".join(f"line {number}\n" for number in range(1, 435)).encode(),
    "module.py": "".join(f"def f{number}():\n    pass\n\n\n" for number in range(300)).encode(),
    "wide.txt": b"".join(b"%d " % number * 200 + b"\n" for number in range(300)),
    "tests/test_z.py": b"needle\n" * 3,
    "lib/many.py": b"needle\n" * 500,
}


@pytest.fixture(scope="module")
def tree(town):
    """A repository in two languages."""
    place = town.place("acme/tools-many", {"a.txt": "a\n"})
    return place.ports, place.lay(FILES)


@pytest.fixture
def caller(tree):
    """A model that may edit."""
    return ToolCaller(*tree)


# --- edit_file ------------------------------------------------------------------------------------


def test_several_places_are_edited_at_once(caller):
    """In their order, each on what the ones before it left; the answer shows each place."""
    answer = caller.answer(
        "edit_file",
        path="app/main.py",
        edits=[
            {"old": "import os\n", "new": ""},
            {"old": "def serve(port):", "new": "def serve(port, host):"},
            {"old": "def stop(port):\n    return port", "new": "def stop():\n    return 0"},
        ],
    )

    assert (
        "app/main.py changed in 3 places and has 8 lines now:\n"
        "    -\t(1 line removed here)\n"
        "    1\t\n"
        "    2\t\n"
        "    3+\tdef serve(port, host):\n"
        "    4\t    return port\n"
        "    5\t\n"
        "    6\t\n"
        "    7+\tdef stop():\n"
        "    8+\t    return 0"
    ) == answer


def test_one_edit_that_does_not_fit_undoes_all_of_the_call(caller):
    """The refusal says which one, and that none was made."""
    refusal = caller.refusal(
        "edit_file",
        path="app/main.py",
        edits=[{"old": "import os", "new": "import re"}, {"old": "port", "new": "p"}],
    )

    assert refusal.startswith("Edit 2 of 2 does not fit, so none of them was made. app/main.py: ")
    assert "Or give `every_place` as true to replace them all." in refusal


def test_every_place_of_a_text_is_replaced_when_that_is_asked(caller):
    """And a text that is nowhere is refused as ever."""
    edits = [{"old": "return port", "new": "return 0", "every_place": True}]
    caller.answer("edit_file", path="app/main.py", edits=edits)

    assert MAIN.replace("return port", "return 0") == caller.files["app/main.py"]
    assert "not in the file" in caller.refusal("edit_file", path="app/main.py", edits=edits)


def test_every_place_keeps_windows_line_ends(caller):
    """The model writes line feeds."""
    caller.answer(
        "edit_file",
        path="crlf.txt",
        edits=[{"old": "o\n", "new": "o\n+\n", "every_place": True}],
    )

    assert "one\r\ntwo\r\n+\r\nthree\r\n" == caller.files["crlf.txt"]


def test_one_edit_may_stand_beside_the_path(caller):
    """Conversations that an earlier release began know no list."""
    caller.answer("edit_file", path="app/main.py", old="import os", new="import re")

    assert caller.files["app/main.py"].startswith("import re\n")


def test_a_list_may_come_as_its_json_text(caller):
    """Models write long lists so at times; a text that looks like a list stays a text."""
    caller.answer("edit_file", path="app/main.py", edits='[{"old": "import os", "new": "[]"}]')
    caller.answer("create_file", path="list.json", text="[1]")

    assert caller.files["app/main.py"].startswith("[]\n")
    assert "[1]" == caller.files["list.json"]


def test_an_edit_that_breaks_the_syntax_says_so(caller):
    """As a note: the model may be in the middle of its work."""
    answer = caller.answer(
        "edit_file", path="app/main.py", edits=[{"old": "serve(port):", "new": "serve(port:"}]
    )

    assert "\nLine 4 does not parse as it stands: " in answer


def test_a_long_edit_is_shown_by_its_ends(caller):
    """The model wrote the lines and need not read them again."""
    new = "".join(f"x{number} = {number}\n" for number in range(100))
    answer = caller.answer(
        "edit_file", path="app/main.py", edits=[{"old": "import os\n", "new": new}]
    )

    assert "\n    8+\tx7 = 7\n     \t(88 more new lines, as you gave them)\n   97+\tx96" in answer


def test_many_places_are_shown_as_far_as_there_is_room(caller):
    """And the rest is counted."""
    edits = [{"old": "    pass", "new": "    return", "every_place": True}]
    answer = caller.answer("edit_file", path="module.py", edits=edits)

    assert answer.startswith("module.py changed in 300 places and has 1,200 lines now:\n")
    assert answer.endswith("(288 more places from line 50 on; `read_file` shows them.)")


def test_a_change_of_line_ends_alone_is_told(caller):
    """There is no line to show."""
    caller.answer("create_file", path="end.txt", text="x")

    assert "end.txt changed in its line ends alone; it has 1 line." == caller.answer(
        "edit_file", path="end.txt", edits=[{"old": "x", "new": "x\n"}]
    )


# --- create_file, delete_file, restore_file, show_diff --------------------------------------------


def test_a_new_file_and_a_deleted_one_are_told(caller):
    """With their lines, and what does not parse."""
    assert "b.py is written and has 2 lines." == caller.answer(
        "create_file", path="b.py", text="b = 1\nc = 2\n"
    )
    assert "\nLine 1 does not parse as it stands: " in caller.answer(
        "create_file", path="c.py", text="def f(:\n"
    )
    assert "b.py is deleted; it had 2 lines." == caller.answer("delete_file", path="b.py")


def test_a_file_of_this_job_may_be_written_anew(caller):
    """One that was there before may not, but for one that was deleted."""
    caller.answer("create_file", path="b.py", text="b = 1\n")

    assert "b.py is written anew and has 2 lines." == caller.answer(
        "create_file", path="b.py", text="b = 1\nc = 2\n"
    )
    assert "or delete it first to write it anew" in caller.refusal(
        "create_file", path="crlf.txt", text="x\n"
    )


def test_an_edit_that_was_not_understood_is_no_work(caller):
    """A `finish` beside it is refused, as beside one that did not fit."""
    wrong = ("edit_file", {"path": "crlf.txt"})
    outcome = caller.turn(wrong, ("finish", {"title": "Edit", "summary": "It is edited."}))

    assert outcome.finish is None
    assert "An edit in this turn failed" in outcome.results[1].text


def test_a_file_is_brought_back(caller):
    """A changed and a deleted one are as they were, a new one is gone."""
    caller.answer("edit_file", path="app/main.py", old="import os", new="import re")
    caller.answer("delete_file", path="crlf.txt")
    caller.answer("create_file", path="b.py", text="b = 1\n")

    assert "app/main.py is as it was in the beginning." == caller.answer(
        "restore_file", path="app/main.py"
    )
    assert "Changed so far: b.py, crlf.txt." in caller.answer("restore_file", path="app/main.py")
    caller.answer("restore_file", path="crlf.txt")
    assert "b.py was new and is gone." == caller.answer("restore_file", path="b.py")
    assert "as is every other file" in caller.answer("restore_file", path="b.py")
    assert {} == caller.files


def test_a_file_cannot_come_back_where_something_new_stands(caller):
    """A folder in a file's place, and a file in a folder's."""
    caller.answer("delete_file", path="crlf.txt")
    caller.answer("create_file", path="crlf.txt/a.py", text="a = 1\n")
    caller.answer("delete_file", path="folder/inner.txt")
    caller.answer("create_file", path="folder", text="a file\n")

    assert "cannot come back while crlf.txt/a.py is new there" in caller.refusal(
        "restore_file", path="crlf.txt"
    )
    assert "cannot come back while folder is new there" in caller.refusal(
        "restore_file", path="folder/inner.txt"
    )


def test_the_diff_shows_what_was_changed(caller):
    """Of all files, of one, of a folder; nothing when nothing is changed."""
    before = caller.answer("show_diff")
    caller.answer("edit_file", path="app/main.py", old="import os", new="import re")
    caller.answer("create_file", path="b.py", text="b = 1\n")
    main = (
        "diff --git a/app/main.py b/app/main.py\n--- a/app/main.py\n+++ b/app/main.py\n"
        "@@ -1,4 +1,4 @@\n-import os\n+import re\n \n \n def serve(port):"
    )
    new = (
        "diff --git a/b.py b/b.py\nnew file mode 100644\n--- /dev/null\n+++ b/b.py\n"
        "@@ -0,0 +1 @@\n+b = 1"
    )

    assert "Nothing is changed so far." == before
    assert f"{main}\n{new}" == caller.answer("show_diff")
    assert main == caller.answer("show_diff", path="app")
    assert new == caller.answer("show_diff", path="b.py")
    assert "crlf.txt is unchanged. Changed so far: app/main.py, b.py." == caller.refusal(
        "show_diff", path="crlf.txt"
    )


def test_a_long_diff_comes_in_parts(caller):
    """Each says which lines it has, and the call for the rest."""
    caller.answer("create_file", path="new.txt", text="line\n" * 1_000)
    first = caller.answer("show_diff")
    rest = caller.answer("show_diff", start=801)

    assert first.endswith(
        "\n(These are lines 1 to 800 of the 1,005 lines. "
        'The rest: show_diff {"path": "", "start": 801}.)'
    )
    assert 205 == len(rest.splitlines())
    assert "so there is no line 2000" in caller.refusal("show_diff", start=2_000)


# --- replace_text ---------------------------------------------------------------------------------


def test_a_text_is_replaced_in_many_files(caller):
    """As a word, counted by file; what goes on in a longer word is left, and told."""
    answer = caller.answer("replace_text", old="color", new="tint", files=["app"])

    assert (
        "Replaced in 4 places of 2 files:\napp/names.ts: 2\napp/style.ts: 2\n"
        "(1 more place inside of longer words, left as they are.)"
    ) == answer
    assert "const tint = 1;\nconst colors = [tint];\n" == caller.files["app/names.ts"]


def test_a_text_that_is_no_word_is_replaced_where_it_stands(caller):
    """Signs of patterns mean themselves, and a glob names the files."""
    answer = caller.answer(
        "replace_text", old="[color];", new="[];\n", files=["*.ts"], whole_word=True
    )

    assert "Replaced in 1 place of 1 file:\napp/names.ts: 1" == answer
    assert "const color = 1;\nconst colors = [];\n\n" == caller.files["app/names.ts"]


def test_a_dry_run_counts_and_changes_nothing(caller):
    """And sees the edits so far."""
    caller.answer("create_file", path="app/new.ts", text="color\n")
    answer = caller.answer("replace_text", old="color", new="x", files=["app"], dry_run=True)

    assert answer.startswith("Nothing was changed. The text stands in 5 places of 3 files:\n")
    assert {"app/new.ts"} == set(caller.files)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"old": "nowhere", "new": "x", "files": ["app"]}, "does not stand in app as a whole word"),
        ({"old": "colo", "new": "x", "files": ["app"]}, "does not stand in app as a whole word"),
        ({"old": "color", "new": "x", "files": ["docs", "*.md"]}, "does not stand in docs, *.md"),
        ({"old": "color", "new": "color", "files": ["app"]}, "`old` and `new` are the same"),
        ({"old": "color", "new": "x", "files": []}, "`files`: "),
        ({"old": "a\0b", "new": "x", "files": ["app"]}, "cannot be searched for in app"),
    ],
)
def test_a_replacement_without_a_place_says_so(caller, given, why):
    """Nothing is changed, and the next try can be right."""
    assert why in caller.refusal("replace_text", **given)


def test_a_text_in_too_many_lines_is_not_replaced_in_some_of_the_files(place):
    """The last file would be left out, and nobody would know."""
    caller = ToolCaller(place.ports, place.lay({"a.txt": b"aid\n" * 20_000, "b.txt": b"id\n"}))

    assert "At least 20,000 lines in *.txt have to be looked at" in caller.refusal(
        "replace_text", old="id", new="key", files=["*.txt"]
    )
    assert "b.txt: 1" in caller.answer("replace_text", old="id", new="key", files=["b.txt"])


def test_protected_files_are_left_by_a_replacement(caller):
    """And named; where there are no others, nothing is done."""
    config = RepoConfig(protected=("style.ts",))
    caller.context = replace(caller.context, config=config)
    alone = caller.refusal("replace_text", old="color", new="x", files=["app/style.ts"])
    answer = caller.answer("replace_text", old="color", new="x", files=["app"])

    assert "only in protected files, which cannot be changed: app/style.ts." in alone
    assert answer.endswith("Left as they are, because they are protected: app/style.ts.")
    assert {"app/names.ts"} == set(caller.files)


# --- read_file, grep ------------------------------------------------------------------------------


def test_a_file_a_little_over_the_limit_comes_whole(caller):
    """Nobody asks again for 34 lines."""
    answer = caller.answer("read_file", path="long.txt")

    assert answer.endswith("  434\tline 434")
    assert 434 == len(answer.splitlines())


def test_a_long_file_is_cut_between_definitions(caller):
    """The next part begins with one."""
    first = caller.answer("read_file", path="module.py")
    second = caller.answer("read_file", path="module.py", start=401)

    assert first.endswith(
        "  400\t\n(These are lines 1 to 400 of 1,200. "
        'Read on with read_file {"path": "module.py", "start": 401}.)'
    )
    assert second.startswith("  401\tdef f100():")


def test_wide_lines_are_cut_by_their_characters(caller):
    """The answer is never cut in the middle of a line."""
    answer = caller.answer("read_file", path="wide.txt")

    assert 30_000 < len(answer) < 45_000
    assert "Read on with read_file" in answer.splitlines()[-1]


def test_a_long_line_that_matches_is_cut_between_words(caller):
    """A part of a number would be another number."""
    line = caller.answer("grep", pattern="^123 ")

    assert 270 < len(line) < 330
    assert line.endswith(" 123 ...")


def test_a_search_is_fair_to_all_files(caller):
    """The test, sorted last, has one match in two hundred, and is not lost."""
    lines = caller.answer("grep", pattern="needle").splitlines()

    assert ["503 lines of 2 files match:", "lib/many.py: 500", "tests/test_z.py: 3"] == lines[:3]
    assert ["tests/test_z.py:3: needle"] == lines[-1:]
    assert 117 == sum(line.startswith("lib/many.py:") for line in lines) - 1


def test_a_search_with_hits_in_many_files_counts_by_folder(place):
    """And shows lines from the first file to the last."""
    files = {f"src/{number % 7}/f{number:03}.py": b"needle\n" for number in range(300)}
    caller = ToolCaller(place.ports, place.lay(files))
    lines = caller.answer("grep", pattern="needle").splitlines()

    assert ["300 lines of 300 files match:", "src/0/: 43 in 43 files"] == lines[:2]
    assert 120 == sum(line.endswith(": needle") for line in lines)
    assert any(line.startswith("src/6/") and "needle" in line for line in lines)


# --- plan and finish ------------------------------------------------------------------------------


def test_a_plan_is_amended_by_what_changes(caller):
    """Every other field stays; answered questions do not come back."""
    weakened = PlannedWeakening("tests/test_a.py: test_b", "it counted from 1")
    caller.context = replace(
        caller.context,
        plan=Plan("Count.", (PlannedFile("a.py", "count"),), ("counts",), questions=("From 0?",)),
    )
    outcome = caller.turn(
        (
            "submit_plan",
            {"risks": ["slow"], "lowered": [{"what": weakened.what, "why": weakened.why}]},
        )
    )

    assert (
        Plan(
            "Count.", (PlannedFile("a.py", "count"),), ("counts",), ("slow",), weakened=(weakened,)
        )
        == outcome.plan
    )
    assert (
        "The plan is amended.\nIt names 1 file and 1 test, and 1 under `lowered`. "
        "Edits are allowed.\nNot there yet, so planned as new: a.py.\n"
        "`lowered` allows nothing by `tests/test_a.py: test_b`: there is no file tests/test_a.py. "
        "Did you mean tests/test_z.py?"
    ) == outcome.results[0].text


def test_a_plan_is_amended_in_the_turn_that_submits_it(caller):
    """The later call builds on the earlier one."""
    outcome = caller.turn(
        ("submit_plan", {"summary": "Do it.", "files": []}), ("submit_plan", {"tests": ["one"]})
    )

    assert Plan("Do it.", tests=("one",)) == outcome.plan


def test_the_first_plan_must_be_whole(caller):
    """There is nothing yet that could be kept."""
    caller.context = replace(caller.context, plan=None)

    assert "The first plan needs `summary` and `files`." == caller.refusal(
        "submit_plan", tests=["one"]
    )


def test_finish_keeps_what_it_was_given(caller):
    """After a finding only what changed is given; what is given empty is empty."""
    caller.context = replace(
        caller.context, finish=Finish("Count", "From 0.", "It counts.", ("a.py",), "One file more.")
    )
    again = caller.turn(("finish", {})).finish
    changed = caller.turn(("finish", {"summary": "It counts well.", "look_at": []})).finish

    assert Finish("Count", "From 0.", "It counts.", ("a.py",), "One file more.") == again
    assert Finish("Count", "From 0.", "It counts well.", (), "One file more.") == changed


def test_the_first_finish_must_be_whole(caller):
    """A pull request needs a title and a summary."""
    assert "`finish` still needs `title` and `summary`; the rest is kept." == caller.refusal(
        "finish", message="From 0."
    )
    assert "`finish` still needs `summary`; the rest is kept." == caller.refusal(
        "finish", title="Count"
    )
    finish = caller.turn(("finish", {"summary": "It counts."})).finish

    assert Finish("Count", "From 0.", "It counts.") == finish


def test_a_title_that_is_refused_costs_no_other_words(caller):
    """Only the title is given anew."""
    refusal = caller.refusal("finish", title="Count " * 20, summary="It counts.", look_at=["a.py"])

    assert refusal.endswith("The rest is kept: give only a new `title`.")
    assert (
        Finish("Count", "", "It counts.", ("a.py",))
        == caller.turn(("finish", {"title": "Count"})).finish
    )


# --- which tools are offered ----------------------------------------------------------------------


def test_tools_for_python_are_offered_where_there_is_python():
    """Elsewhere they would only be tried in vain; the others keep their order."""
    python = [tool.name for tool in build_prefix(["a.ts", "lib/b.py"]).tools]
    typescript = [tool.name for tool in build_prefix(["a.ts"]).tools]
    refactoring = ["rename_symbol", "make_async", "move_symbol"]

    assert [name for name in python if name not in refactoring] == typescript
    assert set(refactoring) <= set(python)


def test_the_tree_decides_once_which_tools_a_conversation_has(place):
    """They are recorded with its beginning, so a file that comes later changes nothing."""
    typescript = open_conversation(place.ports, place.lay({"greeting.py": None, "a.ts": b""}), 1)
    python = open_conversation(place.ports, place.lay({"b.py": b""}), 1)

    assert "rename_symbol" not in [tool.name for tool in typescript.prefix.tools]
    assert "rename_symbol" in [tool.name for tool in python.prefix.tools]


def test_an_unknown_tool_is_answered_with_those_that_there_are(caller):
    """So that the next call is right."""
    assert "There are read_request, list_dir, grep, " in caller.refusal("bash", command="ls")


def test_schemas_hold_no_noise():
    """Neither titles made of names, nor null, nor a default that is none."""
    text = str([tool.schema for tool in build_prefix(["a.py"]).tools])

    assert "'title': '" not in text
    assert "null" not in text
    assert "'default': None" not in text
