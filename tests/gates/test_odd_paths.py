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
        ("docs/con", "for a device"),
        ("Aux.h", "for a device"),
        ("lpt\N{SUPERSCRIPT TWO}.txt/x", "for a device"),
        ("what?.md", "Windows takes no name with"),
        ("a\N{NO-BREAK SPACE}b.py", "nobody sees an unusual blank"),
        ("a\N{LINE SEPARATOR}b.py", "nobody sees an unusual blank"),
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
        "console.py",
        "com/auxiliary.py",
        "lpt10",
    ],
)
def test_names_that_people_use_are_not(path):
    """Other languages, dashes inside, brackets, backups."""
    assert [] == list(check_new_paths([path], (), ()))


def test_an_odd_file_that_stands_already_may_be_edited():
    """The name is not this change's."""
    change = Change({"-odd.txt": "a\n"}, {"-odd.txt": "b\n"})

    assert () == check_texts(change, Rules())


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("readme.md", "take `readme.md` and `README.md`, which is there, for the same name"),
        ("App/new.py", "take `App` and `app`, which is there, for the same name"),
        ("app/CAFE\u0301.py", "for the same name"),
        ("README.md/x", "`README.md` is a file, so nothing can be put under it"),
        ("app", "`app` is a folder: files such as `app/old.py` are in it"),
    ],
)
def test_a_new_path_that_another_is_in_the_way_of_is_refused(path, reason):
    """By case, by Unicode's forms, as a file under a file or in a folder's place."""
    others = ("README.md", "app/old.py", "app/caf\u00e9.py")
    (finding,) = check_new_paths([path], (), (), others)

    assert reason in finding.text


def test_new_paths_are_held_against_each_other_and_not_against_what_goes():
    """Two of one change collide too; a name whose case alone changes does not."""
    before, renamed = {"Readme.md": "a\n"}, {"Readme.md": None, "README.md": "a\n"}
    change = Change(before, renamed, paths=("Readme.md", "app/old.py"))
    both = list(check_new_paths(["a/x.py", "A/y.py", "b.py"], (), ()))

    assert () == check_texts(change, Rules())
    assert 1 == len(both)
    assert [] == list(check_new_paths(["app/new.py", "c.py"], (), (), ("app/old.py", "d.py")))
