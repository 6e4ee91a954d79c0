"""Settings of checkers as names and values, from every format."""

import pytest

from bot.gates.test_integrity.checker_config import is_checker_config, read_settings


@pytest.mark.parametrize(
    ("path", "text", "settings"),
    [
        ("pyproject.toml", "[a.b]\nc = [1, 'x']\n", {"a.b.c": ("1", "x")}),
        ("a.json", '{"a": {"b": null, "c": true}}', {"a.b": ("null",), "a.c": ("true",)}),
        (".eslintrc", '{"a": 1}', {"a": ("1",)}),
        (".nycrc", '{"a": {"b": 1}}', {"a.b": ("1",)}),
        ("a.yml", "a:\n  b: 2024-01-01\n", {"a.b": ('"2024-01-01"',)}),
        ("tox.ini", "[a]\nb =\n  x,\n  y\n", {"a.b": ("x", "y")}),
        (".flake8", "[flake8]\nignore = E1\n", {"flake8.ignore": ("E1",)}),
        (".coveragerc", "[run]\nbranch = true\n", {"run.branch": ("true",)}),
        ("a.yml", "a: &x 1\nb: *x\n", {"a": ("&x 1",), "b": ("*x",)}),
        (
            "jest.config.js",
            "x: ['a', 'b'],\n// no\ny = 3;\n  z,\n",
            {"x": ("a", "b"), "y": ("3", "z")},
        ),
        ("noxfile.py", "x = ['a']\n# no\n", {"x": ("a",)}),
        ("a.json", "{", {"": ("{",)}),
        ("a.toml", "", {}),
        ("a.toml", "# x\n" * 60_000, {}),
    ],
)
def test_settings_are_read(path, text, settings):
    """A format that is broken, or that nobody parses here, is read line by line."""
    assert settings == read_settings(path, text)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("pyproject.toml", True),
        ("app/tsconfig.build.json", True),
        (".github/workflows/a.yml", True),
        (".circleci/config.yml", True),
        ("app/main.py", False),
        ("docs/pyproject.toml.md", False),
    ],
)
def test_a_configuration_is_known_by_its_path(path, is_one):
    """By its name, or by the folder of a CI service."""
    assert is_one is is_checker_config(path)
