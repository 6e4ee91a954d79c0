"""What is said of a package that a change names anew, at the limits of age and likeness."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.gates import Change
from bot.gates.packages import NamedPackage, find_new_packages, judge_package
from bot.values import Finding, Package

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def entry(days, releases=3):
    """An index's entry of a package that is so many days old."""
    return Package(exists=True, first=(NOW - timedelta(days=days)).isoformat(), releases=releases)


SWAPPED = "req" + "eusts"
ALIKE = (
    "`{}` is one letter away from `requests`, which everybody uses: is that the one that is meant?"
)
YOUNG = "`{}` is {} days old: a maintainer should look at it."
CASES = {
    "not there": (
        "fresh",
        Package(exists=False),
        True,
        ("unknown-package", "There is no package `fresh` in the python index.", True),
    ),
    "young": ("fresh", entry(29), True, ("young-package", YOUNG.format("fresh", 29), True)),
    "old enough": ("fresh", entry(30), True, None),
    "no index": (
        "fresh",
        None,
        True,
        ("unchecked-package", "`fresh` is new, and no index was asked.", False),
    ),
    "no index, and only imported": ("fresh", None, False, None),
    "of no date": ("fresh", Package(exists=True, first="soon"), True, None),
    "of a date without a zone": ("fresh", Package(exists=True, first="2026-11-24"), True, None),
    "a letter more": (
        "requestss",
        None,
        False,
        ("lookalike-package", ALIKE.format("requestss"), True),
    ),
    "a letter less": (
        "request",
        entry(400, 9),
        True,
        ("lookalike-package", ALIKE.format("request"), True),
    ),
    "another letter": (
        "requezts",
        entry(365, 10),
        True,
        ("lookalike-package", ALIKE.format("requezts"), True),
    ),
    "two letters swapped": (
        SWAPPED,
        None,
        False,
        ("lookalike-package", ALIKE.format(SWAPPED), True),
    ),
    "swapped at the end": (
        "requesst",
        None,
        False,
        ("lookalike-package", ALIKE.format("requesst"), True),
    ),
    "in capitals": (
        "Requestss",
        None,
        False,
        ("lookalike-package", ALIKE.format("Requestss"), True),
    ),
    "settled for itself": ("request", entry(366, 10), True, None),
    "two letters": ("requestsss", entry(400), True, None),
    "two letters that are not beside each other": ("rqeuesst", entry(400), True, None),
    "a swap and a letter": ("reqeustss", entry(400), True, None),
    "too short to be like another": ("dbo", entry(400), True, None),
}


@pytest.mark.parametrize(("name", "known", "declared", "told"), CASES.values(), ids=CASES)
def test_a_new_package_is_judged_by_its_name_and_its_age(name, known, declared, told):
    """The worst that is known of it is told, on its line."""
    package = NamedPackage("python", name, "requirements.txt", 7, declared=declared)
    finding = judge_package(package, known, NOW)
    expected = None
    if told:
        rule, text, blocks = told
        expected = Finding("packages", "requirements.txt", 7, text, blocks, rule)

    assert expected == finding


@pytest.mark.parametrize(
    "key", ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]
)
def test_each_list_of_a_package_json_names_packages(key):
    """What is needed to run, to develop, beside it, or if it can be had."""
    text = json.dumps({key: {"left-pad": "^1.0.0", "mine": "file:../mine"}})

    assert ["left-pad"] == list_names({"package.json": text})


@pytest.mark.parametrize(
    "table",
    [
        "tool.poetry.dependencies",
        "tool.poetry.dev-dependencies",
        "tool.poetry.group.x.dependencies",
    ],
)
def test_each_table_of_poetry_names_packages(table):
    """Python itself is none, and neither is what lies beside the project."""
    text = f'[{table}]\npython = "^3.11"\nleft-pad = "^1"\nmine = {{path = "../mine"}}\n'

    assert ["left-pad"] == list_names({"pyproject.toml": text})


@pytest.mark.parametrize(
    ("path", "line", "kind"),
    [
        ("src/a.py", "import left_pad", "python"),
        ("src/a.pyi", "from left_pad import x", "python"),
        *((f"src/a.{end}", "import x from 'left_pad'", "node") for end in ("js", "jsx", "mjs")),
        *((f"src/a.{end}", "require('left_pad')", "node") for end in ("cjs", "ts", "tsx")),
    ],
)
def test_an_import_is_told_with_its_place(path, line, kind):
    """In each ending that a language has."""
    manifests = {"pyproject.toml": "[project]\n", "package.json": "{}"}
    change = Change({path: "1\n"}, {path: f"1\n{line}\n"}, manifests)

    assert (NamedPackage(kind, "left_pad", path, 2, declared=False, module="left_pad"),) == (
        find_new_packages(change)
    )


def list_names(files):
    """The packages that new files name."""
    change = Change(dict.fromkeys(files), files)
    return [package.name for package in find_new_packages(change)]
