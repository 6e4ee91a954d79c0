"""An import that no manifest declares is told, unless other files have it already."""

from bot.gates import Change, list_context_files, list_mentioned_names
from bot.gates.packages import find_undeclared, judge_undeclared
from bot.values import GrepMatch

PROJECT = '[project]\nname = "app"\ndependencies = ["attrs"]\n'


def find(path, text, *mentions):
    """Find what is said of a new file's imports, with the lines that mention a module elsewhere."""
    lines = tuple(GrepMatch(place, 1, line) for place, line in mentions)
    context = {"pyproject.toml": PROJECT, "package.json": '{"dependencies": {"left": "1"}}'}
    change = Change({path: None}, {path: text}, context, paths=["app/a.py"])
    change = Change(
        change.before,
        change.after,
        context,
        paths=change.paths,
        mentions=dict.fromkeys(list_mentioned_names(change), lines),
    )
    findings = (judge_undeclared(package, change) for package in find_undeclared(change))
    return [(finding.place, finding.text, finding.blocks) for finding in findings if finding]


def test_an_undeclared_import_is_told_with_its_group():
    """By the name under which it is installed; tests need it for development alone."""
    told = (
        "`yaml` is imported here, and no manifest declares it: add `pyyaml` to what is needed "
        "for running, in the manner of its neighbours."
    )

    assert [("app/b.py:2", told, False)] == find("app/b.py", "import attr\nimport yaml\n")
    ((_, text, _),) = find("tests/test_b.py", "import yaml\n")
    assert "`pyyaml` to what is needed for development" in text
    ((_, text, _),) = find("web/a.ts", 'import x from "right/sub";\nimport "left";\n')
    assert "`right` is imported here" in text


def test_what_other_files_import_is_left_alone():
    """It comes with something else; a document that speaks of it is no import."""
    assert [] == find("app/b.py", "import yaml\n", ("app/a.py", "from yaml import load"))
    assert [] == find("app/b.py", "try:\n    import yaml\nexcept ImportError:\n    pass\n")
    assert [] == find("app/b.py", "import _typeshed\n")
    assert 1 == len(find("app/b.py", "import yaml\n", ("README.md", "It reads yaml.")))
    assert [] == find("app/b.py", "import app\nimport json\nimport attr\n")


def test_an_import_that_only_moved_and_a_nearer_manifest_are_enough():
    """In a repository of several packages each declares its own."""
    before, after = "import json\nimport yaml\n", "import yaml\nimport json\n"
    change = Change({"app/a.py": before}, {"app/a.py": after}, {"pyproject.toml": PROJECT})
    paths = ("web/package.json", "package.json", "web/src/a.ts", "api/package.json")

    assert {None} == {judge_undeclared(package, change) for package in find_undeclared(change)}
    listed = list_context_files(["web/src/a.ts"], paths)
    assert "web/package.json" in listed
    assert "api/package.json" not in listed
