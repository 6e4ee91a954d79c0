"""What policy forbids is refused when it is planned and when it is edited, not first at `finish`."""

from dataclasses import replace

import pytest

from bot.values import RepoConfig
from tests.tool_caller import ToolCaller

FILES = {
    "AGENTS.md": b"Keep this file up to date.\n",
    "CONTRIBUTING.md": b"Add each job to `.github/workflows/ci.yml`.\n",
    "app/main.py": b"def serve(port):\n    return port\n",
    "120000:link": b"app/main.py",
    "app/use.py": b"from app.main import serve\n\nserve(1)\n",
}
LOOK_AT = "say in the `look_at` of `finish` what a maintainer should change there."


@pytest.fixture(scope="module")
def tree(town):
    """A repository with a file that guides agents."""
    place = town.place("acme/tools-forbidden", {"a.txt": "a\n"})
    return place.ports, place.lay(FILES)


@pytest.fixture
def caller(tree):
    """A model that may edit."""
    return ToolCaller(*tree)


@pytest.fixture
def planner(caller):
    """A model that has no plan yet."""
    caller.context = replace(caller.context, plan=None)
    return caller


def configure(caller, **config):
    caller.context = replace(caller.context, config=RepoConfig(**config))


def planned(path):
    return {"path": path, "change": "say so"}


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("edit_file", {"path": "AGENTS.md", "edits": [{"old": "Keep", "new": "Hold"}]}),
        ("create_file", {"path": "AGENTS.md", "text": "new\n"}),
        ("create_file", {"path": ".github/workflows/ci.yml", "text": "on: push\n"}),
        ("create_file", {"path": ".GitHub/x.yml", "text": ""}),
        ("delete_file", {"path": "AGENTS.md"}),
    ],
)
def test_a_protected_file_is_refused_at_the_edit(caller, tool, given):
    """With the reason, who may allow it, and what to do instead."""
    refusal = caller.refusal(tool, **given)

    assert refusal.startswith(f"{given['path']} cannot be changed: ")
    assert "A maintainer can allow the path under `allow:` in .github/greenlit.yml." in refusal
    assert refusal.endswith(LOOK_AT)


def test_a_repository_protects_and_allows_more(caller):
    """Its own globs speak at the edit too."""
    configure(caller, protected=("app/**",), allow=("AGENTS.md",))

    assert "the repository protects `app/**`" in caller.refusal("delete_file", path="app/use.py")
    assert "AGENTS.md is deleted" in caller.answer("delete_file", path="AGENTS.md")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("x" * 256, "a name in the path has 256 bytes, and file systems take at most 255."),
        ("a/" + "\u00e9" * 128 + ".py", "a name in the path has 259 bytes"),
        (
            "/".join(["\u00e9" * 100] * 5),
            "the path has 1,004 bytes; at most 1,000 can be checked out.",
        ),
        ("a\tb.py", "a path may not hold control or invisible characters."),
        ("-rf", "A program would read a path that begins with a dash as an option."),
        ("a/b .py/ c", "A name may not begin or end with a blank"),
    ],
)
def test_a_path_that_an_operating_system_refuses_is_refused(caller, path, why):
    """The model gives another name; nothing ends."""
    assert why in caller.refusal("create_file", path=path, text="x = 1\n")


def test_what_is_no_text_is_refused_at_the_edit(caller):
    """Git and reviewers would take the file for a binary one."""
    assert "a.c holds a NUL character: write it as an escape." in caller.refusal(
        "create_file", path="a.c", text="x\0y"
    )


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ({"max_files": 2}, "The change has 3 files; at most 2 are allowed."),
        ({"max_lines": 4}, "The change has 6 changed lines; at most 4 are allowed."),
    ],
)
def test_a_change_that_grows_too_large_is_refused_at_the_edit(caller, rules, why):
    """What there is already stays, and the call that was too much wrote nothing."""
    configure(caller, **rules)
    caller.answer("create_file", path="one.txt", text="a\nb\n")
    caller.answer("create_file", path="two.txt", text="c\nd\n")
    refusal = caller.refusal("create_file", path="three.txt", text="e\nlonger\n")

    assert refusal.startswith(f"{why} So this call wrote nothing.")
    assert {"one.txt", "two.txt"} == set(caller.files)


def test_a_change_that_is_too_large_can_shrink(caller):
    """Each step back is taken, although what is left is still too much."""
    for name in ("one", "two", "three"):
        caller.answer("create_file", path=f"{name}.txt", text="a\nb\n")
    configure(caller, max_files=1, max_lines=1)

    caller.answer("edit_file", path="one.txt", edits=[{"old": "b\n", "new": ""}])
    caller.answer("restore_file", path="two.txt")

    assert {"one.txt": "a\n", "three.txt": "a\nb\n"} == caller.files


def test_an_edit_counts_what_it_changes_and_not_the_file(tree):
    """A changed line is one that went and one that came."""
    caller = ToolCaller(*tree)
    configure(caller, max_lines=2)

    assert "changed in 1 place" in caller.answer(
        "edit_file", path="app/main.py", edits=[{"old": "return port", "new": "return port + 1"}]
    )


def test_a_plan_is_accepted_without_the_protected_files(planner):
    """People are shown what can happen, and the model is told what it must not promise."""
    files = [planned("AGENTS.md"), planned("app/main.py")]
    outcome = planner.turn(("submit_plan", {"summary": "Say it.", "files": files}))

    assert ["app/main.py"] == [file.path for file in outcome.plan.files]
    assert (
        "The plan is accepted without some of its files. These may not be changed:\n"
        "- AGENTS.md: what guides agents is protected. "
        "A maintainer can allow the path under `allow:` in .github/greenlit.yml.\n"
        "Leave these as they are. Where the plan's words promise to change them, amend the plan, "
        f"and {LOOK_AT}\n"
        "It names 1 file and 0 tests. Edits are allowed."
    ) == outcome.results[0].text


def test_a_plan_of_nothing_but_protected_files_is_refused(planner):
    """There is nothing left to do, so edits stay refused; a question about it is taken."""
    plan = {"summary": "Say it.", "files": [planned(".github/workflows/ci.yml")]}
    refusal = planner.refusal("submit_plan", **plan)
    edit = planner.refusal("create_file", path="b.py", text="")
    asked = planner.turn(("submit_plan", plan | {"questions": ["May I?"]})).plan

    assert refusal.startswith("The plan is not accepted. These may not be changed:")
    assert "ask in `questions` that a maintainer allows the paths." in refusal
    assert "Submit a plan first" in edit
    assert (("May I?",), ()) == (asked.questions, asked.files)


def test_a_plan_names_no_links_and_not_too_many_files(planner):
    """A link cannot be edited, and what is too much to review is told before the work."""
    configure(planner, max_files=1)
    plan = {"summary": "Say it.", "files": [planned("link"), planned("a.py")]}
    outcome = planner.turn(("submit_plan", plan))
    many = planner.refusal("submit_plan", files=[planned("a.py"), planned("b.py")])

    assert ["a.py"] == [file.path for file in outcome.plan.files]
    assert "- link: it is a symbolic link, which is not followed" in outcome.results[0].text
    assert "it names 2 files, and at most 1 may change. Plan a part of the work" in many


def test_a_rename_leaves_protected_documents(tree):
    """The code is renamed, and the document is named, for a maintainer to change."""
    caller = ToolCaller(*tree)
    caller.answer("create_file", path="docs/serve.md", text="`app.main.serve` listens.\n")
    configure(caller, protected=("docs/**",))
    answer = caller.answer("rename_symbol", old="app.main.serve", new="listen")

    assert answer.startswith("Changed 3 places in 2 files.")
    assert answer.endswith("\nLeft as they are, because they are protected: docs/serve.md.")
    assert "`app.main.serve` listens.\n" == caller.files["docs/serve.md"]
