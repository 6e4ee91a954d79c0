"""Lint with ruff: one process over texts in an empty folder, with nothing that it could inherit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from typing import Any

from ruff import find_ruff_bin

from bot.adapters.child_guard import run_guarded
from bot.adapters.ruff_config import CONFIG_NAMES, read_configs, read_selected
from bot.adapters.ruff_version import find_pinned_version
from bot.gates import says_python_2
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
BREAKING = re.compile(r"E9|F82|F7")  # the program fails there
# Comments by which people tell pylint, bandit or flake8 to look away.
OTHER_LINTERS = re.compile(r"#.*\b(?:noqa|pylint:\s*disable|nosec|NOQA|nolint)\b")
BUILTINS_OF_PYTHON_2 = (
    *("apply", "basestring", "buffer", "cmp", "coerce", "execfile", "file", "intern", "long"),
    *("raw_input", "reduce", "reload", "unichr", "unicode", "xrange"),
)
RULE = re.compile(r"[A-Z]+\d+")  # what does not parse has another code
# Ruff takes it for the two classes that Python 3.14 lets stand so.
NAMED_BY_PYTHON_2 = re.compile(r"^\s*except [\w.]+, [a-z_]\w*:", re.MULTILINE)
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
        paths = [path for path, text in files.items() if _is_lintable(path, text)]
        if not paths:
            return ()
        configs = read_configs(config)
        pinned = find_pinned_version(config)
        is_same_version = pinned in ("", version("ruff"))
        python_2 = any(says_python_2(text) for text in config.values())
        with TemporaryDirectory(prefix="greenlit-lint-") as folder:
            tree = Path(folder, "tree").resolve()
            for path in paths:
                if CONFIG_NAMES[1] not in PurePosixPath(path).parts:  # where our own will lie
                    _write_file(tree / path, files[path])
            messages = _run_ruff(tree, configs, BUILTINS_OF_PYTHON_2 if python_2 else ())
            findings = [*_read_findings(messages, tree, configs)]
        findings = [_advise_unsure(finding, files[finding.path]) for finding in findings]
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


def _is_lintable(path: str, text: str) -> bool:
    pure = PurePosixPath(path)
    stays_inside = not pure.is_absolute() and ".." not in pure.parts and "\0" not in path
    return stays_inside and path.endswith(SUFFIXES) and not NAMED_BY_PYTHON_2.search(text)


def _advise_unsure(finding: Finding, text: str) -> Finding:
    """Let a finding advise on a line that tells another linter to look away.

    So does an import that nothing in a package's own file uses: it is there for others.
    """
    lines = text.split("\n")
    line = lines[finding.line - 1] if finding.line <= len(lines) else ""
    is_exported = finding.rule == "F401" and finding.path.endswith("__init__.py")
    if is_exported or OTHER_LINTERS.search(line):
        return replace(finding, blocks=False)
    return finding


def _run_ruff(
    tree: Path, configs: Mapping[str, Mapping[str, Any]], builtins: tuple[str, ...]
) -> list[dict[str, Any]]:
    for folder, theirs in {"": {}, **configs}.items():
        place = tree / folder
        if place.is_dir():
            ours = _render_toml(_add_our_rules(theirs, builtins))
            (place / "ruff.toml").write_text(ours, encoding="utf-8")
    command = [find_ruff_bin(), *OPTIONS]
    try:
        done = run_guarded(command, PATIENCE_S, cwd=tree, env={})
    except TimeoutExpired:
        raise Unreachable(f"the linter did not end within {PATIENCE_S} s") from None
    if done.returncode and any(configs.values()):  # a rule that this ruff does not know, perhaps
        return _run_ruff(tree, {folder: {} for folder in configs}, builtins)
    if done.returncode:
        errors = done.stderr.decode("utf-8", "replace").strip()[-SHOWN_CHARS:]
        raise Unreachable(f"the linter failed: {errors}")
    messages: list[dict[str, Any]] = json.loads(done.stdout)
    return messages


def _read_findings(
    messages: list[dict[str, Any]], tree: Path, configs: Mapping[str, Mapping[str, Any]]
) -> Iterator[Finding]:
    selected = {folder: read_selected(theirs) for folder, theirs in configs.items()}
    # Ruff guesses what such a file says, as of Python 2; the gate "syntax" tells what is wrong.
    unparsed = {each["filename"] for each in messages if not RULE.fullmatch(each["code"] or "")}
    for message in messages:
        if message["filename"] in unparsed:
            continue
        code = message["code"]
        path = Path(message["filename"]).resolve().relative_to(tree).as_posix()
        line, text = message["location"]["row"], message["message"]
        theirs = _find_nearest(path, selected)
        if _is_selected(code, theirs):
            yield Finding("lint", path, line, text, rule=code)
        elif _is_selected(code, OUR_RULES):
            # A repository that has rules of its own chose not to have this one.
            blocks = not ADVICE.match(code) and (not theirs or bool(BREAKING.match(code)))
            yield Finding("lint", path, line, text, blocks, code)
        else:
            yield Finding("style", path, line, text, blocks=False, rule=code)


def _find_nearest(path: str, selected: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Find what the configuration of the nearest folder above the file selects."""
    folder = path.rpartition("/")[0]
    while folder and folder not in selected:
        folder = folder.rpartition("/")[0]
    return selected.get(folder, ())


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


def _add_our_rules(theirs: Mapping[str, Any], builtins: tuple[str, ...]) -> dict[str, Any]:
    """Add our rules to the repository's. What it ignores is ignored; asserts belong into tests."""
    lint = dict(theirs.get("lint", {}))
    lint["select"] = sorted({*read_selected(theirs), *OUR_RULES, *STYLE_RULES})
    lint.pop("extend-select", None)
    lint["extend-per-file-ignores"] = {
        "**/test*/**": ["S", "B", "PERF", "SIM"],
        "**/test_*.py": ["S", "B"],
        "**/*_test.py": ["S", "B"],
        **_as_table(lint.get("extend-per-file-ignores")),
    }
    config = {**theirs, "lint": lint}
    if builtins:
        own = config.get("builtins")
        config["builtins"] = [*(own if isinstance(own, list) else ()), *builtins]
    return config


def _as_table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


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
