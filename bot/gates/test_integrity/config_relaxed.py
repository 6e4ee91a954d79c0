"""Here lives the comparison of settings: whether linters, types, coverage, test runs or CI are
asked for less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.gates.change import HANDWRITTEN_CHARS, Change, keep_handwritten
from bot.gates.test_integrity.checker_config import is_settings, settings
from bot.gates.test_integrity.expression_scan import numbers
from bot.values import Finding

GATE = "tests"
Values = tuple[str, ...]
# The last part of a name says what it is; the whole of it, with the file's, whose.
CHECKERS = re.compile(
    r"ruff|flake8|pylint|mypy|pyright|coverage|cov|pytest|jest|vitest|mocha|nyc"
    r"|c8|eslint|tslint|biome|stylelint|tsconfig|golangci|clippy|rubocop|rspec"
    r"|phpunit|phpstan|psalm|codecov|sonar|bandit|pre-commit|workflows|gitlab-ci"
    r"|travis|circleci|pipelines|checkstyle|detekt|swiftlint|lints|jacoco|interrogate"
    r"|importlinter",
    re.IGNORECASE,
)
LEAST = re.compile(
    r"fail[-_]?under|threshold\w*\.\w|^(?:.*\.)?(?:target|minimum\w*|min[-_]\w+"
    r"|mincoverage|level)$|coveragethreshold|minimum",
    re.IGNORECASE,
)
COVERED = re.compile(
    r"(?:jest|vitest|nyc|c8|karma|coverage)[\w.]*\..*?(?:branches|lines|functions|statements)$",
    re.IGNORECASE,
)
MOST = re.compile(
    r"(?:^|\.)max[-_]?(?!line|len)\w+(?:[-_]\w+)*$|complexity|(?:^|\.)threshold$", re.IGNORECASE
)
STRICT = re.compile(
    r"(?:^|\.)(?:strict\w*|warn_\w+|disallow_\w+|check_\w+|no[A-Z]\w+|xfail_strict"
    r"|enforce\w*|show_error\w*|fail\w*|werror|exact\w*|branch|checkJs|alwaysStrict"
    r"|treat_?warnings\w*|warnings_?as_?errors|use[A-Z]\w*InCatch\w*|--?strict\S*)$",
)
LAX = re.compile(
    r"(?:^|\.)(?:ignore_\w+|ignore[A-Z]\w*|skip\w*|allow_?failures?|allow[-_]\w+"
    r"|allow[A-Z]\w+|continue-on-error|passWithNoTests|no_implicit_optional|no_strict\w*"
    r"|exit[-_]zero|suppress\w*|silent|bail_out|ignoreBuildErrors|ignoreDuringBuilds"
    r"|skipLibCheck)$"
)
LEAVES_OUT = re.compile(
    r"(?:^|\.)(?:ignore|extend-ignore|extend_ignore|exclude|extend-exclude|extend_exclude"
    r"|omit|disable|disabled|exclude_lines|exclude_also|partial_branches|\w*[iI]gnorePatterns"
    r"|norecursedirs|skips|collect_ignore\w*|ignores|excludes|ignore[-_](?:paths"
    r"|names|imports)|exclude[-_]?(?:files|paths|dirs|rules)?)$|per-file-ignores",
)
ASKS = re.compile(
    r"(?:^|\.)(?:select|extend-select|extend_select|enable|enabled|testMatch|testpaths"
    r"|plugins|load-plugins|extends|linters\.enable|source|fail_on|hooks\.id)$"
)
ONES = re.compile(r"rules\.|lints\.|\.rules$|severity|^Style/|^Lint/|^Metrics/|Enabled$")
OFF = re.compile(r"^\W*(?:off|0|allow|false|none|disabled?)\b", re.IGNORECASE)
SOFT = re.compile(r"^\W*(?:warn\w*|1|info|hint)\b", re.IGNORECASE)
LAXER_WORDS = re.compile(
    r"\|\|\s*(?:true|:|exit 0)\b|;\s*true$|\|\|\s*echo|--exit-zero|--passWithNoTests"
    r"|--no-cov\b|--no-verify|--ignore[= ]|--ignore-glob|--deselect|-k\s*[\"']?not\b"
    r"|-m\s*[\"']?not\b|--exclude\b|--skip\b|\bset \+e\b"
    r"|--quiet-level|--max-warnings[= ](?!0)|--allow-empty|--testPathIgnorePatterns"
    r"|-Dmaven\.test\.skip|-DskipTests|-x\s+test\b|--no-fail|--continue-on-error"
    r"|-A\s+clippy|--cap-lints|ignore_errors"
)
FIRM_WORDS = re.compile(
    r"--strict\b|-W\s*error|-Werror|--cov-fail-under|--fail-under|-D\s*warnings"
    r"|--max-warnings[= ]0|--error-exitcode|--frozen\b|--check\b|set -e\b|--strict-markers"
    r"|-race\b|--forbid-only"
)
RUNS = re.compile(
    r"\b(?:pytest|unittest|tox|nox|(?:npm|yarn|pnpm)(?:\s+run)?\s+(?:test|lint"
    r"|typecheck)|vitest|jest|mocha|eslint|tsc|go\s+(?:test|vet)|golangci-lint"
    r"|cargo\s+(?:test|clippy)|mypy|pyright|ruff|flake8|pylint|bandit|rspec|rubocop"
    r"|phpunit|phpstan|mvn\s+\S*(?:test|verify)|gradlew?\s+\S*(?:test|check)|dotnet\s+test"
    r"|make\s+(?:test|check|lint)|swift\s+test|ctest)\b"
)
HOOKS = re.compile(
    r"pytest_collection_modifyitems|pytest_runtest_makereport|pytest_ignore_collect|collect_ignore"
)


def find_relaxed_settings(change: Change) -> Iterator[Finding]:
    """Each setting that asks for less than before, unless another file asks for it now."""
    paths = [path for path in change.after if is_settings(path)]
    after = {path: settings(path, change.after[path]) for path in paths}
    elsewhere = {_last(name): value for path in paths for name, value in after[path].items()}
    for path in paths:
        before = settings(path, change.before.get(path))
        if change.before.get(path) is None:
            continue
        if change.after[path] is None and _moved(before, elsewhere):
            continue
        for name in dict.fromkeys((*before, *after[path])):
            was, now = before.get(name, ()), after[path].get(name, ())
            if not now and was == elsewhere.get(_last(name)):
                continue
            if (
                was != now
                and not _new_there(change, was, now)
                and (why := _why(f"{path}.{name}", name, was, now))
            ):
                yield _finding(change, path, name, now, why)
        yield from _commands(change, path)


def _last(name: str) -> str:
    return name.rpartition(".")[2].replace("-", "_")


def _moved(before: dict[str, Values], elsewhere: dict[str, Values]) -> bool:
    return bool(before) and all(_last(name) in elsewhere for name in before)


def _new_there(change: Change, was: Values, now: Values) -> bool:
    """Whether all that a list gained are places that the change itself makes: nothing that was
    looked at is lost.
    """
    gained = [one.strip("^$*/\\").replace("\\", "") for one in now if one not in was]
    made = [path for path, text in change.before.items() if text is None]
    kept = [path for path, text in change.before.items() if text is not None]
    return bool(gained) and all(
        "/" in one
        and any(path.startswith(one) for path in made)
        and not any(path.startswith(one) for path in kept)
        for one in gained
    )


def _why(whole: str, name: str, was: Values, now: Values) -> str:
    """What is less than before in one setting; empty when nothing is."""
    if not CHECKERS.search(whole):
        return ""
    old, new = was[0] if was else "", now[0] if now else ""
    first, last = next(iter(numbers(old)), None), next(iter(numbers(new)), None)
    lower = first is not None and (last is None or last < first)
    higher = first is not None and last is not None and last > first
    if ((LEAST.search(name) or COVERED.search(whole)) and lower) or (MOST.search(name) and higher):
        return f"{old} became {new or 'nothing'}"
    if STRICT.search(name) and _on(old) and not _on(new):
        return f"{old} became {new or 'nothing'}"
    if LAX.search(name) and not _on(old) and _on(new):
        return f"is {new} now"
    return _lists(name, was, now)


def _lists(name: str, was: Values, now: Values) -> str:
    gained, lost = [one for one in now if one not in was], [one for one in was if one not in now]
    if ONES.search(name) and now and was != now:
        softened = OFF.match(now[0]) or (
            SOFT.match(now[0]) and was and not OFF.match(was[0]) and not SOFT.match(was[0])
        )
        return f"{', '.join(was) or 'its default'} became {', '.join(now)}" if softened else ""
    if LEAVES_OUT.search(name) and gained and not (lost and _narrowed(lost, gained)):
        return f"leaves out {', '.join(gained)[:120]} too"
    if ASKS.search(name) and was and lost and not _covered(lost, now):
        return f"does not ask for {', '.join(lost)[:120]} any more"
    return ""


def _narrowed(lost: list[str], gained: list[str]) -> bool:
    """A folder that is left out became a file in it."""
    return all(
        any(one != old and one.startswith(old.rstrip("/*")) for old in lost) for one in gained
    )


def _covered(lost: list[str], now: Values) -> bool:
    """A selector that became a wider one: E501 is in E, everything in ALL."""
    return all(
        any(one == "ALL" or (one != old and old.startswith(one)) for one in now) for old in lost
    )


def _on(value: str) -> bool:
    return value.strip("\"' ").casefold() in ("true", "yes", "on", "1", "error", "all")


def _commands(change: Change, path: str) -> Iterator[Finding]:
    """Words of commands, wherever they stand: those that make a check deaf, and checks that are not
    run any more.
    """
    old, new = keep_handwritten(change.before.get(path)), keep_handwritten(change.after[path])
    gone = [text for _, text in change.removed_lines(path)]
    for number, line in change.handwritten_lines(path):
        found = LAXER_WORDS.search(line) or (HOOKS.search(line) if path.endswith(".py") else None)
        if found and not any(found[0] in text for text in gone) and not _is_comment(line):
            yield Finding(
                GATE,
                path,
                number,
                f"A check is asked for less: `{found[0].strip()}` was added.",
                rule="setting-relaxed",
            )
    for number, line in change.removed_lines(path):
        firm = FIRM_WORDS.search(line) if len(line) <= HANDWRITTEN_CHARS else None
        if firm and firm[0] not in new and not _is_comment(line):
            yield Finding(
                GATE,
                path,
                min(number, new.count("\n") + 1),
                f"A check is asked for less: `{firm[0]}` was removed.",
                rule="setting-relaxed",
            )
    for command in sorted(_run(old) - _run(new)) if _has_commands(path) else ():
        yield Finding(GATE, path, 0, f"`{command}` is not run any more.", rule="setting-relaxed")


def _is_comment(line: str) -> bool:
    return line.strip().startswith(("#", "//"))


def _has_commands(path: str) -> bool:
    return bool(
        re.search(
            r"workflows/|\.ya?ml$|Makefile|justfile|package\.json|tox\.ini|noxfile|Jenkinsfile",
            path,
        )
    )


def _run(text: str) -> set[str]:
    lines = (
        line
        for line in text.split("\n")
        if not line.strip().startswith(("#", "//", "- repo:", "rev:", "name:", "- name:", "key:"))
    )
    return {
        " ".join(found.split())
        for line in lines
        if re.search(r"run|script|\t|^\s+-?\s*\S|\"|cmd|command|entry|id:|sh ", line)
        for found in RUNS.findall(line)
    }


def _finding(change: Change, path: str, name: str, now: Values, why: str) -> Finding:
    last = name.rpartition(".")[2]
    wanted = now[-1] if now else last
    number = next(
        (number for number, line in change.added_lines(path) if last in line or wanted in line), 0
    )
    return Finding(
        GATE, path, number, f"A check is asked for less: `{name}` {why}.", rule="setting-relaxed"
    )
