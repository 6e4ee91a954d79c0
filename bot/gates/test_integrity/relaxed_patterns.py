"""List the names and words by which checkers, coverage, test runs and CI are asked for less."""

from __future__ import annotations

import re

# The last part of a name says what it is; the whole of it, with the file's, whose.
CHECKERS = re.compile(
    r"ruff|flake8|pylint|mypy|pyright|coverage|cov|pytest|jest|vitest|mocha|nyc"
    r"|c8|eslint|tslint|biome|stylelint|tsconfig|golangci|clippy|rubocop|rspec"
    r"|phpunit|phpstan|psalm|codecov|sonar|bandit|pre-commit|workflows|gitlab-ci"
    r"|tox|nox|unittest|tsc\b|go (?:test|vet)|cargo|rspec|mvn|gradle|ctest"
    r"|travis|circleci|pipelines|checkstyle|detekt|swiftlint|lints|jacoco|interrogate"
    r"|importlinter",
    re.IGNORECASE,
)
MINIMUMS = re.compile(
    r"fail[-_]?under|threshold\w*\.\w|^(?:.*\.)?(?:target|minimum(?!_version)\w*|min[-_](?!version)\w+"
    r"|mincoverage|level)$|coveragethreshold|minimum",
    re.IGNORECASE,
)
COVERAGE = re.compile(
    r"(?:jest|vitest|nyc|c8|karma|coverage)[\w.]*\..*?(?:branches|lines|functions|statements)$",
    re.IGNORECASE,
)
MAXIMUMS = re.compile(
    r"(?:^|\.)max[-_]?(?!line|len)\w+(?:[-_]\w+)*$|complexity|(?:^|\.)threshold$", re.IGNORECASE
)
STRICT_SWITCHES = re.compile(
    r"(?:^|\.)(?:strict\w*|warn_\w+|disallow_\w+|check_\w+|no[A-Z]\w+|xfail_strict"
    r"|enforce\w*|show_error\w*|fail\w*|werror|exact\w*|branch|checkJs|alwaysStrict"
    r"|treat_?warnings\w*|warnings_?as_?errors|use[A-Z]\w*InCatch\w*|--?strict\S*)$",
)
LAX_SWITCHES = re.compile(
    r"(?:^|\.)(?:ignore_\w+|ignore[A-Z]\w*|skip(?!_install|s?dist)\w*|allow_?failures?|allow[-_]\w+"
    r"|allow(?!Importing|Arbitrary|Synthetic|Js\b|Umd)[A-Z]\w+|continue-on-error|passWithNoTests|no_implicit_optional|no_strict\w*"
    r"|exit[-_]zero|suppress\w*|silent|bail_out|ignoreBuildErrors|ignoreDuringBuilds"
    r"|skipLibCheck)$"
)
EXCLUDES = re.compile(
    r"(?:^|\.)(?:ignore|extend-ignore|extend_ignore|exclude|extend-exclude|extend_exclude"
    r"|omit|disable|disabled|exclude_lines|exclude_also|partial_branches|\w*[iI]gnorePatterns"
    r"|norecursedirs|skips|collect_ignore\w*|ignores|excludes|ignore[-_](?:paths"
    r"|names|imports)|exclude[-_]?(?:files|paths|dirs|rules)?)$|per-file-ignores",
)
INCLUDES = re.compile(
    r"(?:^|\.)(?:select|extend-select|extend_select|enable|enabled|testMatch|testpaths"
    r"|plugins|load-plugins|extends|linters\.enable|(?<!paths\.)source|fail_on|hooks\.id)$"
)
RULE_LEVELS = re.compile(r"rules\.|lints\.|\.rules$|severity|^Style/|^Lint/|^Metrics/|Enabled$")
OFF = re.compile(r"^\W*(?:off|0|allow|false|none|disabled?)\b", re.IGNORECASE)
SOFT = re.compile(r"^\W*(?:warn\w*|1|info|hint)\b", re.IGNORECASE)
LAX_OPTIONS = re.compile(
    r"\|\|\s*(?:true|:|exit 0)\b|;\s*true$|\|\|\s*echo|--exit-zero|--passWithNoTests"
    r"|--no-cov\b|--no-verify|--ignore[= ]|--ignore-glob|--deselect|-k\s*[\"']?not\b"
    r"|-m\s*[\"']?not\b|--exclude\b|--skip\b|\bset \+e\b"
    r"|--quiet-level|--max-warnings[= ](?!0)|--allow-empty|--testPathIgnorePatterns"
    r"|-Dmaven\.test\.skip|-DskipTests|-x\s+test\b|--no-fail|--continue-on-error"
    r"|-A\s+clippy|--cap-lints|ignore_errors"
)
STRICT_OPTIONS = re.compile(
    r"--strict\b|-W\s*error|-Werror|--cov-fail-under|--fail-under|-D\s*warnings"
    r"|--max-warnings[= ]0|--error-exitcode|--frozen\b|--check\b|set -e\b|--strict-markers"
    r"|-race\b|--forbid-only"
)
CHECK_COMMANDS = re.compile(
    r"\b(?:pytest|unittest|tox|nox|(?:npm|yarn|pnpm)(?:\s+run)?\s+(?:test|lint"
    r"|typecheck)|vitest|jest|mocha|eslint|tsc|go\s+(?:test|vet)|golangci-lint"
    r"|cargo\s+(?:test|clippy)|mypy|pyright|ruff|flake8|pylint|bandit|rspec|rubocop"
    r"|phpunit|phpstan|mvn\s+\S*(?:test|verify)|gradlew?\s+\S*(?:test|check)|dotnet\s+test"
    r"|make\s+(?:test|check|lint)|swift\s+test|ctest)\b"
)
# Which of these stand for one another: tests, linters, checkers of types.
COMMAND_KINDS = (
    re.compile(r"test|tox|nox|jest|mocha|rspec|phpunit|check$"),
    re.compile(r"lint|ruff|flake8|clippy|rubocop|bandit|vet|phpstan|check$"),
    re.compile(r"mypy|pyright|tsc|typecheck|check$"),
)
PYTEST_HOOKS = re.compile(
    r"pytest_collection_modifyitems|pytest_runtest_makereport|pytest_ignore_collect|collect_ignore"
)
