"""Here lives ruff, the linter: one process over texts laid into an empty folder, with nothing it
could inherit.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from ruff import find_ruff_bin

from bot.ports import Unreachable
from bot.values import Finding

OURS = ("E9", "F", "B", "S")
STYLE = ("I", "UP", "PERF", "SIM")
# Right to ask in a review, wrong to refuse: what frameworks do on purpose (B008), asserts,
# subprocesses, weak hashes.
ADVICE = re.compile(
    r"B00[8-9]|B01[0-9]|B02[7-9]|B9|S1(?!02)|S3(?!01|07)|S4|S60[3-7]|S7|F841|F40[35]|B007"
)
CONFIG_NAMES = (
    ".ruff.toml",
    "ruff.toml",
    "pyproject.toml",
)  # the first of them is ruff's configuration
LINT_KEYS = (
    "select", "extend-select", "ignore", "extend-ignore", "per-file-ignores", "extend-per-file-ignores",
    "isort", "pydocstyle", "mccabe", "pylint", "flake8-quotes", "flake8-bugbear", "pep8-naming", "external",
)  # fmt: skip
KEYS = (
    "line-length",
    "target-version",
    "exclude",
    "extend-exclude",
    "builtins",
    "src",
    "namespace-packages",
)
PATIENCE_S = 20
SUFFIXES = (".py", ".pyi")


class Ruff:
    """The port Linter. Ruff reads and runs nothing; of a repository's configuration it gets keys
    that we know.
    """

    def lint(self, files: Mapping[str, str], config: Mapping[str, str]) -> tuple[Finding, ...]:
        """Findings of our rules and of the repository's own. Raises Unreachable when ruff does not
        end in time.
        """
        wanted = {
            path: text for path, text in files.items() if path.endswith(SUFFIXES) and _inside(path)
        }
        if not wanted:
            return ()
        theirs = repository_config(config)
        with TemporaryDirectory(prefix="greenlit-lint-") as folder:
            for path, text in wanted.items():
                place = Path(folder, "tree", path)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode("utf-8", "replace"))
            said = _run(Path(folder, "tree"), theirs)
        return tuple(_findings(said, Path(folder, "tree"), _selected(theirs)))


def _inside(path: str) -> bool:
    return (
        not PurePosixPath(path).is_absolute()
        and ".." not in PurePosixPath(path).parts
        and "\0" not in path
    )


def _run(folder: Path, theirs: Mapping[str, Any]) -> list[dict[str, Any]]:
    (folder / "ruff.toml").write_text(_toml(_chosen(theirs)), encoding="utf-8")
    command = [
        find_ruff_bin(),
        "check",
        "--no-cache",
        "--output-format",
        "json",
        "--exit-zero",
        "--quiet",
        ".",
    ]
    try:
        done = subprocess.run(
            command, cwd=folder, env={}, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreachable(f"the linter did not end within {PATIENCE_S} s") from None
    if done.returncode and theirs:  # a rule that this ruff does not know, for instance
        return _run(folder, {})
    if done.returncode:
        raise Unreachable(
            f"the linter failed: {done.stderr.decode('utf-8', 'replace').strip()[-400:]}"
        )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _findings(
    said: list[dict[str, Any]], folder: Path, theirs: tuple[str, ...]
) -> Iterator[Finding]:
    for one in said:
        code = one["code"] or ""
        if not re.fullmatch(r"[A-Z]+\d+", code):  # what does not parse is told by the gate "syntax"
            continue
        path = PurePosixPath(
            Path(one["filename"]).resolve().relative_to(folder.resolve())
        ).as_posix()
        asked = _picked(code, theirs)
        style = not _picked(code, OURS) and not asked
        blocks = asked or not (style or ADVICE.match(code))
        yield Finding(
            "style" if style else "lint", path, one["location"]["row"], one["message"], blocks, code
        )


def _picked(code: str, selected: tuple[str, ...]) -> bool:
    """Whether a selector takes the rule: "S" takes S101 and not SIM105."""
    letters = code.rstrip("0123456789")
    fits = (
        one
        for one in selected
        if code.startswith(one) and (one == "PL" or one.rstrip("0123456789") == letters)
    )
    return "ALL" in selected or any(fits)


# --- the repository's own configuration
# ---------------------------------------------------------------------------


def repository_config(files: Mapping[str, str]) -> dict[str, Any]:
    """What the repository tells ruff, of the keys that we pass on; empty without a readable
    configuration.
    """
    for name in CONFIG_NAMES:
        try:
            read = tomllib.loads(files.get(name, ""))
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
        found = _table(_table(read.get("tool")).get("ruff")) if name == "pyproject.toml" else read
        if found:
            return _known(found)
    return {}


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _known(found: Mapping[str, Any]) -> dict[str, Any]:
    """Ruff once had its lint keys at the top; `extend` would have it read a file of this machine."""
    lint = {**found, **_table(found.get("lint"))}
    top = {key: found[key] for key in KEYS if key in found}
    return {**top, "lint": {key: lint[key] for key in LINT_KEYS if key in lint}}


def _selected(theirs: Mapping[str, Any]) -> tuple[str, ...]:
    lint = theirs.get("lint", {})
    listed = (lint.get(key) for key in ("select", "extend-select"))
    return tuple(
        code
        for codes in listed
        if isinstance(codes, list)
        for code in codes
        if isinstance(code, str)
    )


def _chosen(theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The repository's configuration with our rules added. What it ignores is ignored; asserts
    belong into tests.
    """
    lint = dict(theirs.get("lint", {}))
    lint["select"] = sorted({*_selected(theirs), *OURS, *STYLE})
    lint.pop("extend-select", None)
    tests = {
        "**/test*/**": ["S", "B", "PERF", "SIM"],
        "**/test_*.py": ["S", "B"],
        "**/*_test.py": ["S", "B"],
    }
    lint["extend-per-file-ignores"] = {**tests, **_table(lint.get("extend-per-file-ignores"))}
    return {**theirs, "lint": lint}


def _toml(value: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_inline(inner)}\n" for key, inner in value.items())


def _inline(value: object) -> str:
    """JSON's scalars are TOML's; its objects are not."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                f"{json.dumps(key, ensure_ascii=False)} = {_inline(x)}" for key, x in value.items()
            )
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=str)
