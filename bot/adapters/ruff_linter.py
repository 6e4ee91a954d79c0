"""Lint with ruff: one process over texts in an empty folder, with nothing that it could inherit."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from ruff import find_ruff_bin

from bot.adapters.ruff_version import find_pinned_version
from bot.ports import Unreachable
from bot.values import Finding

OUR_RULES = ("E9", "F", "B", "S")
STYLE_RULES = ("I", "UP", "PERF", "SIM")
# Right to ask in a review, wrong to refuse: what frameworks do on purpose (B008), asserts,
# subprocesses, weak hashes.
ADVICE = re.compile(
    r"B00[8-9]|B01[0-9]|B02[7-9]|B9|S1(?!02)|S3(?!01|07)|S4|S60[3-7]|S7|F841|F40[35]|B007"
)
# Of other versions of ruff, these alone find the same: what does not run, and pyflakes' rules.
STABLE = re.compile(r"E9\d|F\d")
RULE = re.compile(r"[A-Z]+\d+")  # what does not parse has another code: the gate "syntax" tells it
CONFIG_NAMES = (".ruff.toml", "ruff.toml", "pyproject.toml")  # the first of them is ruff's
LINT_KEYS = (
    "select",
    "extend-select",
    "ignore",
    "extend-ignore",
    "per-file-ignores",
    "extend-per-file-ignores",
    "isort",
    "pydocstyle",
    "mccabe",
    "pylint",
    "flake8-quotes",
    "flake8-bugbear",
    "pep8-naming",
    "external",
)
TOP_KEYS = (
    "line-length",
    "target-version",
    "exclude",
    "extend-exclude",
    "builtins",
    "src",
    "namespace-packages",
)
OPTIONS = ("check", "--no-cache", "--output-format", "json", "--exit-zero", "--quiet", ".")
PATIENCE_S = 20
SUFFIXES = (".py", ".pyi")
SHOWN_CHARS = 400


class Ruff:
    """The port Linter. Ruff reads and runs nothing; of a repository's configuration it gets keys
    that we know.
    """

    def lint(self, files: Mapping[str, str], config: Mapping[str, str]) -> tuple[Finding, ...]:
        """Find what breaks our rules or the repository's own.

        Raises Unreachable when ruff fails, or does not end in time.
        """
        paths = [path for path in files if path.endswith(SUFFIXES) and _stays_inside(path)]
        if not paths:
            return ()
        theirs = read_repository_config(config)
        pinned = find_pinned_version(config)
        is_same_version = pinned in ("", version("ruff"))
        with TemporaryDirectory(prefix="greenlit-lint-") as folder:
            tree = Path(folder, "tree").resolve()
            for path in paths:
                _write_file(tree / path, files[path])
            findings = _read_findings(_run_ruff(tree, theirs), tree, _read_selected(theirs))
            if is_same_version:
                return tuple(findings)
            return tuple(_advise_unstable(finding) for finding in findings)


def _write_file(file: Path, text: str) -> None:
    """Write a file to be linted; one whose path this system refuses is not linted."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "replace"))


def _advise_unstable(finding: Finding) -> Finding:
    """Let a finding advise that the repository's own version of ruff may not have."""
    return finding if STABLE.match(finding.rule) else replace(finding, blocks=False)


def _stays_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\0" not in path


def _run_ruff(tree: Path, theirs: Mapping[str, Any]) -> list[dict[str, Any]]:
    (tree / "ruff.toml").write_text(_render_toml(_add_our_rules(theirs)), encoding="utf-8")
    command = [find_ruff_bin(), *OPTIONS]
    try:
        done = subprocess.run(
            command, cwd=tree, env={}, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreachable(f"the linter did not end within {PATIENCE_S} s") from None
    if done.returncode and theirs:  # a rule that this ruff does not know, for instance
        return _run_ruff(tree, {})
    if done.returncode:
        errors = done.stderr.decode("utf-8", "replace").strip()[-SHOWN_CHARS:]
        raise Unreachable(f"the linter failed: {errors}")
    messages: list[dict[str, Any]] = json.loads(done.stdout)
    return messages


def _read_findings(
    messages: list[dict[str, Any]], tree: Path, selected: tuple[str, ...]
) -> Iterator[Finding]:
    for message in messages:
        code = message["code"] or ""
        if not RULE.fullmatch(code):
            continue
        path = Path(message["filename"]).resolve().relative_to(tree).as_posix()
        line, text = message["location"]["row"], message["message"]
        if _is_selected(code, selected):
            yield Finding("lint", path, line, text, rule=code)
        elif _is_selected(code, OUR_RULES):
            yield Finding("lint", path, line, text, not ADVICE.match(code), code)
        else:
            yield Finding("style", path, line, text, blocks=False, rule=code)


def _is_selected(code: str, selectors: tuple[str, ...]) -> bool:
    """Tell whether a selector takes the rule: "S" takes S101 and not SIM105."""
    if "ALL" in selectors:
        return True
    letters = code.rstrip("0123456789")
    for selector in selectors:
        same_letters = selector == "PL" or selector.rstrip("0123456789") == letters
        if same_letters and code.startswith(selector):
            return True
    return False


# --- the repository's own configuration -----------------------------------------------------------


def read_repository_config(files: Mapping[str, str]) -> dict[str, Any]:
    """Read what the repository tells ruff, of the keys that we pass on.

    Empty without a readable configuration.
    """
    for name in CONFIG_NAMES:
        try:
            document = tomllib.loads(files.get(name, ""))
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
        if name == "pyproject.toml":
            document = _as_table(_as_table(document.get("tool")).get("ruff"))
        if document:
            return _keep_known_keys(document)
    return {}


def _as_table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _keep_known_keys(config: Mapping[str, Any]) -> dict[str, Any]:
    """Keep no `extend`, by which ruff would read a file of this machine.

    Ruff once had its lint keys at the top.
    """
    lint = {**config, **_as_table(config.get("lint"))}
    known: dict[str, Any] = {key: config[key] for key in TOP_KEYS if key in config}
    known["lint"] = {key: lint[key] for key in LINT_KEYS if key in lint}
    return known


def _read_selected(theirs: Mapping[str, Any]) -> tuple[str, ...]:
    lint = theirs.get("lint", {})
    selected: list[str] = []
    for key in ("select", "extend-select"):
        codes = lint.get(key)
        if isinstance(codes, list):
            selected.extend(code for code in codes if isinstance(code, str))
    return tuple(selected)


def _add_our_rules(theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Add our rules to the repository's. What it ignores is ignored; asserts belong into tests."""
    lint = dict(theirs.get("lint", {}))
    lint["select"] = sorted({*_read_selected(theirs), *OUR_RULES, *STYLE_RULES})
    lint.pop("extend-select", None)
    lint["extend-per-file-ignores"] = {
        "**/test*/**": ["S", "B", "PERF", "SIM"],
        "**/test_*.py": ["S", "B"],
        "**/*_test.py": ["S", "B"],
        **_as_table(lint.get("extend-per-file-ignores")),
    }
    return {**theirs, "lint": lint}


def _render_toml(config: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_render_value(value)}\n" for key, value in config.items())


def _render_value(value: object) -> str:
    """Render a value on one line. JSON's scalars are TOML's; its objects are not."""
    if isinstance(value, dict):
        pairs = [f"{_render_value(key)} = {_render_value(inner)}" for key, inner in value.items()]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_render_value(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)
