"""Patterns of linters and formatters."""

from __future__ import annotations

from bot.logs.diagnostic_patterns.diagnostic_pattern import LINE_COLUMN, PATH, compile_pattern

LINTERS = (
    compile_pattern(
        "coverage",
        "test-failure",
        "overage",
        r"(?:FAIL |ERROR: (?!Coverage failure)|Jest: |\W{0,3}Error: )?(?P<text>Coverage (?:for"
        r"|failure|check).*|Required test coverage of .* not reached.*"
        r"|(?!ERROR: ).{0,80}?\bcoverage\b.{0,80}?\b(?:below|less than|lower than|does not meet"
        r"|not met|under)\b.*)",
    ),
    compile_pattern(
        "coverage",
        "test-failure",
        "overed ratio is",
        r".{0,200}?(?P<text>Rule violated for .{0,200}?covered ratio is .*)",
    ),
    compile_pattern(
        "linter",
        "lint",
        "]",
        rf"{PATH}{LINE_COLUMN}: (?:error|warning|note|style|info): (?P<text>.+) "
        r"\[(?P<code>[A-Z]{1,5}\d{2,5}|[a-z]+[A-Z]\w*)\]$",
    ),
    compile_pattern(
        "deno",
        "type-error",
        " [ERROR]: ",
        r"(?P<code>TS\d+) \[ERROR\]: (?P<text>.+)",
        below=True,
    ),
    compile_pattern("django", "lint", ".E", r"(?P<text>[\w.]+: \((?P<code>\w+\.E\d+)\) .+)"),
    compile_pattern("django", "lint", "Migrations for ", r"(?P<text>Migrations for '\w+':)"),
    # The name of a rule, then what is wrong, as flake8, pylint, ruff and markdownlint write it.
    compile_pattern(
        "linter",
        "lint",
        ":",
        rf"{PATH}{LINE_COLUMN}:? (?:error )?\[?(?P<code>[A-Z]{{1,5}}\d{{1,5}}[\w/-]*)"
        r"(?:\([\w-]+\)[^\]]*)?\]?:? (?:\[\*\] )?(?P<text>.+)",
    ),
    compile_pattern(
        "rubocop",
        "lint",
        ": ",
        rf"{PATH}{LINE_COLUMN}: [CWEFR]: (?:\[Correctable\] )?(?P<code>[A-Z]\w+/\w+): (?P<text>.+)",
    ),
    compile_pattern(
        "hadolint",
        "lint",
        " DL",
        r"(?P<path>\S+):(?P<line>\d+) (?P<code>(?:DL|SC)\d+) (?:error|warning): (?P<text>.+)",
    ),
    compile_pattern(
        "eslint",
        "lint",
        "Error - ",
        rf"{PATH}: line (?P<line>\d+), col \d+, Error - (?P<text>.+?)(?: \((?P<code>[\w@/-]+)\))?$",
    ),
    compile_pattern(
        "eslint",
        "lint",
        "[Error/",
        rf"{PATH}{LINE_COLUMN}: (?P<text>.+?) \[Error/(?P<code>[\w@/-]+)\]$",
    ),
    compile_pattern(
        "standard", "lint", ": ", rf"\s+{PATH}{LINE_COLUMN}: (?P<text>.+?) \((?P<code>[\w@/-]+)\)$"
    ),
    compile_pattern(
        "actionlint",
        "lint",
        ".y",
        rf"(?P<path>\S+\.ya?ml){LINE_COLUMN}: (?P<text>.+?) \[(?P<code>[\w-]+)\]$",
    ),
    compile_pattern("codespell", "lint", " ==> ", rf"{PATH}:(?P<line>\d+): (?P<text>\S+ ==> .+)"),
    compile_pattern(
        "checkstyle",
        "lint",
        "[ERROR] ",
        rf"(?:\[ant:checkstyle\] )?\[ERROR\] {PATH}{LINE_COLUMN}: (?P<text>.+?) \[(?P<code>\w+)\]",
    ),
    compile_pattern(
        "checkstyle",
        "lint",
        "[ERROR] ",
        rf"\[ERROR\] {PATH}:\[(?P<line>\d+)(?:,\d+)?\] \([\w]+\) (?P<code>\w+): (?P<text>.+)",
    ),
    compile_pattern(
        "ktlint",
        "lint",
        ".kt:",
        r"(?P<path>\S+\.kts?):(?P<line>\d+):\d+: (?P<text>.+?) [(\[](?P<code>[\w:-]+)[)\]]$",
    ),
    compile_pattern(
        "dart",
        "lint",
        " • ",
        r"\s*(?:error|warning|info) (?:•|-) (?P<text>.+) (?:•|-) (?P<path>\S+\.dart):"
        r"(?P<line>\d+):\d+ (?:•|-) "
        r"(?P<code>\w+)",
    ),
    compile_pattern(
        "sphinx",
        "lint",
        ": ",
        r"(?P<path>\S+\.(?:rst|md|txt|py))(?::docstring of [^:]+)?:(?P<line>\d+): (?:WARNING|ERROR"
        r"|SEVERE): "
        r"(?P<text>.+)",
    ),
    compile_pattern(
        "ruff",
        "lint",
        "",
        r"(?P<code>[A-Z]{1,4}\d{1,4}|unformatted)(?: \[\*\]|:)? (?P<text>.+)",
        below=True,
    ),
    compile_pattern(
        "black", "lint", "would reformat ", r"(?P<text>would reformat (?P<path>\S.*))$"
    ),
    compile_pattern(
        "ruff", "lint", "Would reformat: ", r"(?P<text>Would reformat: (?P<path>\S.*))$"
    ),
    compile_pattern("black", "lint", "reformatted ", r"(?P<text>reformatted (?P<path>\S+\.\w+))$"),
    compile_pattern(
        "isort",
        "lint",
        "ERROR: ",
        r"ERROR: (?P<path>\S+) (?P<text>Imports are incorrectly sorted.*)",
    ),
    compile_pattern("pre-commit", "lint", "Fixing ", r"(?P<text>Fixing (?P<path>\S+\.\w+))$"),
    compile_pattern(
        "rustfmt",
        "lint",
        "Diff in ",
        r"(?P<text>Diff in (?P<path>\S+?)(?::(?P<line>\d+)| at line (?P<line2>\d+)):?)\s*$",
    ),
    compile_pattern("gofmt", "lint", ".orig ", r"(?P<text>diff (?:-u )?\S+\.orig (?P<path>\S+))$"),
)
