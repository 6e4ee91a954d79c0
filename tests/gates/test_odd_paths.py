"""New files whose names pass for something else."""

import pytest

from bot.gates import Change, Rules, check_texts
from bot.gates.odd_paths import check_new_paths


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (" .github/workflows/x.yml", "begin or end with a blank"),
        ("a /b", "begin or end with a blank"),
        ("docs/name ", "begin or end with a blank"),
        ("docs/name.", "end with a dot"),
        ("--upload-pack=x", "as an option"),
        ("GITHUB~1/workflows/x.yml", "the short form"),
        ("CODEOW~1", "the short form"),
        (".g\N{LATIN SMALL LETTER DOTLESS I}thub/workflows/x.yml", "looks like `.github/work"),
        ("\N{CYRILLIC CAPITAL LETTER A}GENTS.md", "looks like `agents.md`"),
        (".g\N{LATIN SMALL LETTER I WITH ACUTE}thub/x", "looks like `.github/x`"),
    ],
)
def test_an_odd_new_path_is_refused(path, reason):
    """Blanks and dots that a system drops, options, short names of Windows, letters that pass for
    others: whether or not the repository allows policy to be advice.
    """
    rules = Rules(advise=("policy",))
    findings = check_texts(Change({}, {path: "x\n"}), rules)
    (finding,) = [finding for finding in findings if finding.gate == "policy"]

    assert reason in finding.text
    assert finding.blocks


@pytest.mark.parametrize(
    "path",
    [
        "src/routes/-components/x.tsx",
        "привет.md",
        "naïve.py",
        "docs/c++/x~y.md",
        "a.b/c..d",
        "notes~",
        "[id]/page.tsx",
    ],
)
def test_names_that_people_use_are_not(path):
    """Other languages, dashes inside, brackets, backups."""
    assert [] == list(check_new_paths([path], (), ()))


def test_an_odd_file_that_stands_already_may_be_edited():
    """The name is not this change's."""
    change = Change({"-odd.txt": "a\n"}, {"-odd.txt": "b\n"})

    assert () == check_texts(change, Rules())
