"""How a repository checks itself, by the files at its root."""

import pytest

from bot.search.project_checks import list_own_checks
from bot.search.project_checks.own_checks import READERS

PYPROJECT = b"""
[project]
requires-python = ">=3.11"
[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = "-n auto"
[tool.ruff]
line-length = 100
[tool.ruff.lint]
select = ["E", "F"]
[tool.mypy]
strict = true
[tool.towncrier]
directory = "changelog/"
"""


@pytest.mark.parametrize(
    ("path", "text", "lines"),
    [
        (
            "pyproject.toml",
            PYPROJECT,
            [
                "versions: Python >=3.11",
                "tests: pytest, testpaths tests, addopts -n auto",
                "lint: ruff, line-length 100, select E F",
                "types: mypy, strict true",
                "release notes: towncrier, directory changelog/",
            ],
        ),
        (
            "package.json",
            (
                b'{"packageManager": "pnpm@9.1", "engines": {"node": ">=20"},'
                b' "scripts": {"test": "vitest run", "lint": "eslint .", "dev": "vite"}}'
            ),
            ["versions: Node >=20", "pnpm run: test = vitest run; lint = eslint ."],
        ),
        (
            "tox.ini",
            b"[tox]\nenvlist = py311, lint\n[testenv]\ncommands =\n    pytest {posargs}\n",
            ["tox: environments py311, lint", "tox runs: pytest {posargs}"],
        ),
        ("setup.cfg", b"[flake8]\nmax-line-length = 88\n", ["lint: flake8, max-line-length 88"]),
        (
            "noxfile.py",
            b"@nox.session(python=['3.12'])\ndef tests(session):\n    pass\n",
            ["nox: tests"],
        ),
        ("Makefile", b"X := 1\ntest: build\n\tpytest\nclean:\n", ["make: test"]),
        ("justfile", b"lint:\n    ruff check\n", ["just: lint"]),
        ("Taskfile.yml", b"tasks: {test: {cmds: [go test]}, clean: {}}", ["task: test"]),
        ("composer.json", b'{"scripts": {"test": "phpunit"}}', ["composer: test = phpunit"]),
        ("go.mod", b"module a\n\ngo 1.22\n", ["tests: go test ./..., go vet, gofmt; go 1.22"]),
        (
            "Cargo.toml",
            b'[package]\nedition = "2021"\nrust-version.workspace = true\n',
            ["tests: cargo test, cargo fmt, cargo clippy; edition 2021"],
        ),
        (
            ".pre-commit-config.yaml",
            b"repos:\n- repo: x\n  hooks: [{id: ruff}, {id: mypy}]\n",
            ["pre-commit: ruff, mypy"],
        ),
        (".rubocop.yml", b"", ["lint: rubocop"]),
    ],
)
def test_each_file_tells_its_checks(path, text, lines):
    """In a line for each, with the file that says so."""
    assert [f"{line} ({path})" for line in lines] == list_own_checks({path: text})


def test_two_files_tell_one_after_the_other():
    """What has no file is not named."""
    files = {"Makefile": b"test:\n", "pyproject.toml": b"[tool.black]\n"}

    assert ["format: black (pyproject.toml)", "make: test (Makefile)"] == list_own_checks(files)


@pytest.mark.parametrize("path", READERS)
@pytest.mark.parametrize(
    "text",
    [
        b"\xff\x00",
        b"[" * 50_000,
        b'{"a":' * 50_000,
        b"[tool]\nruff = 7\npytest = [1]\n",
        b'{"scripts": [1], "engines": 7}',
        b"tasks: [1]\nrepos: {a: b}\n",
        b"a\nb\n= c\n",
        b"\n" * 300_000,
    ],
)
def test_a_file_that_cannot_be_read_stops_nothing(path, text):
    """Whatever a stranger wrote into it, there is an answer of short lines."""
    assert all(len(line) <= 400 for line in list_own_checks({path: text}))
