"""Here lives what linters and formatters say, a row for each dialect."""

from __future__ import annotations

from bot.logs.dialects.dialect import AT, LC, row

LINTERS = (
    row("pylint", "lint", ": ", rf"{AT}{LC}: (?P<code>[CEFRW]\d{{4}}): (?P<text>.+)"),
    row("pylint", "lint", ": [", rf"{AT}{LC}: \[(?P<code>[CEFRW]\d{{4}})[^\]]*\] (?P<text>.+)"),
    row(
        "rubocop",
        "lint",
        ": ",
        rf"{AT}{LC}: [CWEFR]: (?:\[Correctable\] )?(?P<code>[A-Z]\w+/\w+): (?P<text>.+)",
    ),
    row(
        "flake8 or ruff",
        "lint",
        ":",
        rf"{AT}{LC}:? (?P<code>[A-Z]{{1,4}}\d{{1,4}}) (?:\[\*\] )?(?P<text>.+)",
    ),
    row(
        "markdownlint",
        "lint",
        " MD",
        rf"{AT}: ?(?P<line>\d+)(?::(?P<col>\d+))?:? (?:error )?(?P<code>MD\d+\S*) (?P<text>.+)",
    ),
    row(
        "hadolint",
        "lint",
        " DL",
        r"(?P<path>\S+):(?P<line>\d+) (?P<code>(?:DL|SC)\d+) (?:error|warning): (?P<text>.+)",
    ),
    row(
        "eslint",
        "lint",
        "Error - ",
        rf"{AT}: line (?P<line>\d+), col \d+, Error - (?P<text>.+?)(?: \((?P<code>[\w@/-]+)\))?$",
    ),
    row("eslint", "lint", "[Error/", rf"{AT}{LC}: (?P<text>.+?) \[Error/(?P<code>[\w@/-]+)\]$"),
    row("standard", "lint", ": ", rf"\s+{AT}{LC}: (?P<text>.+?) \((?P<code>[\w@/-]+)\)$"),
    row(
        "actionlint",
        "lint",
        ".y",
        rf"(?P<path>\S+\.ya?ml){LC}: (?P<text>.+?) \[(?P<code>[\w-]+)\]$",
    ),
    row("codespell", "lint", " ==> ", rf"{AT}:(?P<line>\d+): (?P<text>\S+ ==> .+)"),
    row(
        "checkstyle",
        "lint",
        "[ERROR] ",
        rf"(?:\[ant:checkstyle\] )?\[ERROR\] {AT}{LC}: (?P<text>.+?) \[(?P<code>\w+)\]",
    ),
    row(
        "checkstyle",
        "lint",
        "[ERROR] ",
        rf"\[ERROR\] {AT}:\[(?P<line>\d+)(?:,\d+)?\] \([\w]+\) (?P<code>\w+): (?P<text>.+)",
    ),
    row(
        "ktlint",
        "lint",
        ".kt:",
        r"(?P<path>\S+\.kts?):(?P<line>\d+):\d+: (?P<text>.+?) [(\[](?P<code>[\w:-]+)[)\]]$",
    ),
    row(
        "dart",
        "lint",
        " • ",
        r"\s*(?:error|warning|info) (?:•|-) (?P<text>.+) (?:•|-) (?P<path>\S+\.dart):(?P<line>\d+):\d+ (?:•|-) "
        r"(?P<code>\w+)",
    ),
    row(
        "sphinx",
        "lint",
        ": ",
        r"(?P<path>\S+\.(?:rst|md|txt|py))(?::docstring of [^:]+)?:(?P<line>\d+): (?:WARNING|ERROR|SEVERE): "
        r"(?P<text>.+)",
    ),
    row(
        "ruff",
        "lint",
        "",
        r"(?P<code>[A-Z]{1,4}\d{1,4}|unformatted)(?: \[\*\]|:)? (?P<text>.+)",
        below=True,
    ),
    row("black", "lint", "would reformat ", r"(?P<text>would reformat (?P<path>\S.*))$"),
    row("ruff", "lint", "Would reformat: ", r"(?P<text>Would reformat: (?P<path>\S.*))$"),
    row("black", "lint", "reformatted ", r"(?P<text>reformatted (?P<path>\S+\.\w+))$"),
    row(
        "isort",
        "lint",
        "ERROR: ",
        r"ERROR: (?P<path>\S+) (?P<text>Imports are incorrectly sorted.*)",
    ),
    row("pre-commit", "lint", "Fixing ", r"(?P<text>Fixing (?P<path>\S+\.\w+))$"),
    row(
        "rustfmt",
        "lint",
        "Diff in ",
        r"(?P<text>Diff in (?P<path>\S+?)(?::(?P<line>\d+)| at line (?P<line2>\d+)):?)\s*$",
    ),
    row("gofmt", "lint", ".orig ", r"(?P<text>diff (?:-u )?\S+\.orig (?P<path>\S+))$"),
)
