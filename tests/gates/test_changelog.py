"""What users notice gets an entry where the repository keeps a changelog, in its own manner."""

import pytest

from bot.gates import Change
from bot.gates.changelog import check_changelog, list_changelog_context
from bot.values import CommitInfo

KEPT = """\
# Changelog

Notable changes of the engine.

## Unreleased

### Added

- A way to stop.

### Fixed

- The wheel turns in both directions. #12

## 1.1.0 (2024-05-01)

### Fixed

- The wheel turns. #7
"""
SPHINX = """\
Changes
=======

Version 2.0
-----------

Unreleased

-   The wheel turns in both directions. :issue:`12`
-   A way to stop.

Version 1.1
-----------

Released 2024-05-01

-   The wheel turns. :issue:`7`
"""
BEFORE = {"engine.py": "def turn():\n    return 1\n", "test_engine.py": "turn()\n"}
AFTER = {"engine.py": "def turn():\n    return 2\n", "test_engine.py": "turn() == 2\n"}
TOWNCRIER = '[tool.towncrier]\ndirectory = "news/"\n'


def make_past(*paths, count=10):
    return tuple(CommitInfo(str(n), f"Change {n}", ("engine.py", *paths)) for n in range(count))


def find(texts, after=AFTER, before=BEFORE, past=()):
    """Find what is said of a change in a repository with these other files."""
    old = {path: before.get(path, texts.get(path)) for path in after}
    paths = (*BEFORE, *texts)
    context = {path: texts[path] for path in list_changelog_context(paths) if path in texts}
    context |= {path: text for path, text in texts.items() if path.endswith((".toml", ".json"))}
    return list(check_changelog(Change(old, after, context, paths=paths, past=past)))


def test_a_missing_entry_is_told_with_its_place_and_manner():
    """The file, its open section, what it is divided into, and how its neighbours are written."""
    (finding,) = find({"CHANGELOG.md": KEPT}, past=make_past("CHANGELOG.md"))
    (other,) = find({"docs/changes.rst": SPHINX})

    assert ("changelog", "CHANGELOG.md", False) == (finding.gate, finding.path, finding.blocks)
    assert (
        "The changelog has no entry for this change: 10 of the last 10 changes of code brought "
        "one. Add one to `CHANGELOG.md` under `Unreleased` (it has `Added`, `Fixed`), written as "
        "`- The wheel turns in both directions. #12`. Where users notice nothing, leave it out."
    ) == finding.text
    assert "`docs/changes.rst` under `Version 2.0`, written as `- A way to stop.`" in other.text


@pytest.mark.parametrize(
    ("files", "folder", "named"),
    [
        (
            {"pyproject.toml": TOWNCRIER, "news/12.bugfix.rst": "It turns.\n", "news/README": ""},
            "news/",
            "`12.bugfix.rst`.",
        ),
        (
            {"newsfragments/7.feature.md": "It turns.\n", "newsfragments/template.rst": ""},
            "newsfragments/",
            "`7.feature.md` and",
        ),
        (
            {".changeset/red-cats.md": "---\n'a': patch\n---\n\nIt turns.", "CHANGELOG.md": KEPT},
            ".changeset/",
            "`red-cats.md` and written as `--- 'a': patch --- It turns.`",
        ),
        ({"changelog.d/.gitkeep": ""}, "changelog.d/", ""),
        ({"releasenotes/notes/turn-5f.yaml": "fixes: []"}, "releasenotes/notes/", "`turn-5f.yaml`"),
    ],
)
def test_a_missing_fragment_is_told_with_the_rule_of_its_name(files, folder, named):
    """By the fragments that are there, for each tool that puts a changelog together from them."""
    (finding,) = find(files)

    assert folder == finding.path
    assert f"Add a fragment in `{folder}`" in finding.text
    assert named in finding.text


def test_fragments_of_the_past_show_the_rule_after_a_release():
    """A release takes all fragments away."""
    past = make_past("changelog.d/9.added.md")
    (finding,) = find({"changelog.d/README.md": "Add one."}, past=past)

    assert "in `changelog.d/`, named as `9.added.md`" in finding.text


@pytest.mark.parametrize(
    ("path", "added"),
    [
        ("CHANGELOG.md", KEPT.replace("A way to stop.", "A way to stop.\n- A way to go.")),
        ("newsfragments/13.bugfix.md", "It turns twice.\n"),
    ],
)
def test_an_entry_is_enough(path, added):
    """Whatever it says."""
    files = {"CHANGELOG.md": KEPT} if path == "CHANGELOG.md" else {"newsfragments/1.md": "It."}

    assert [] == find(files, {**AFTER, path: added})


def test_an_entry_among_what_is_released_is_told():
    """A corrected one is left alone, as is a new section."""
    late = KEPT.replace("- The wheel turns. #7", "- The wheel turns. #7\n- A way to go.")
    mended = KEPT.replace("- The wheel turns. #7", "- The wheel turned. #7")
    added = KEPT.replace("## 1.1.0", "## 1.2.0 (2024-06-01)\n\n- All.\n\n## 1.1.0")
    ((line, text),) = [
        (finding.line, finding.text)
        for finding in find({"CHANGELOG.md": KEPT}, {**AFTER, "CHANGELOG.md": late})
    ]

    assert 20 == line
    assert "`1.1.0 (2024-05-01)` is released: the new entry belongs under `Unreleased`." == text
    assert [] == find({"CHANGELOG.md": KEPT}, {**AFTER, "CHANGELOG.md": mended})
    assert [] == find({"CHANGELOG.md": KEPT}, {**AFTER, "CHANGELOG.md": added})


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"CHANGELOG.md": "See the releases.\n"},
        {"CHANGELOG.md": KEPT, ".releaserc.json": "{}"},
        {"CHANGELOG.md": KEPT, ".github/release-please-config.json": "{}"},
        {"CHANGELOG.md": KEPT, "package.json": '{"devDependencies": {"semantic-release": "1"}}'},
        {"CHANGELOG.md": KEPT.replace("Notable", "Generated by a tool: notable")},
    ],
)
def test_nothing_is_asked_where_nobody_writes_entries(files):
    """There is no changelog, or a tool writes it from the commits."""
    assert [] == find(files)


def test_nothing_is_asked_where_entries_are_not_the_habit():
    """Of the newest changes of code most brought none; few of them show no habit."""
    past = (*make_past(count=6), *make_past("CHANGELOG.md", count=4))

    assert [] == find({"CHANGELOG.md": KEPT}, past=past)
    assert 1 == len(find({"CHANGELOG.md": KEPT}, past=make_past(count=7)))


@pytest.mark.parametrize(
    "after",
    [
        {"test_engine.py": "turn() == 1\n"},
        {"engine.py": 'def turn() -> int:\n    """Turn."""\n    return 1  # once\n', **BEFORE},
        {**BEFORE, "engine.py": "import typing\n\n\ndef turn():\n    return 1\n", "a.md": "# A\n"},
        {"setup.py": "x = 1\n", "test_engine.py": "turn() == 1\n"},
        {"scripts/release.py": "x = 1\n", "test_engine.py": "turn() == 1\n"},
        {"engine.py": AFTER["engine.py"]},
    ],
)
def test_nothing_is_asked_for_what_users_do_not_notice(after):
    """Tests, words, types, imports, scripts of developers; code whose tests say nothing new."""
    assert [] == find({"CHANGELOG.md": KEPT}, after)
