"""Here lives what compilers, linkers and type checkers say, and gates that are no test, a row for
each dialect.
"""

from __future__ import annotations

from bot.logs.dialects.dialect import AT, LC, PY, row

COMPILERS = (
    row(
        "clang-format",
        "lint",
        "clang-format",
        rf"{AT}{LC}: error: (?P<text>.+) \[(?P<code>-Wclang-format-violations)\]$",
    ),
    row(
        "clang-tidy",
        "lint",
        ",-warnings-as-errors]",
        rf"{AT}{LC}: error: (?P<text>.+) \[(?P<code>[\w.,-]+)\]$",
    ),
    row(
        "swiftlint",
        "lint",
        ".swift:",
        r"(?P<path>\S+\.swift):(?P<line>\d+):(?P<col>\d+): error: (?P<text>.+) \((?P<code>\w+)\)$",
    ),
    row(
        "swift testing",
        "test-failure",
        " recorded an issue ",
        r".{0,3}Test (?P<code>.+?) recorded an issue .*?at (?P<path>\S+?):(?P<line>\d+):\d+: (?P<text>.+)",
    ),
    row("android lint", "lint", ": Error: ", rf"{AT}{LC}: Error: (?P<text>.+) \[(?P<code>\w+)\]$"),
    row(
        "tsc",
        "type-error",
        " error TS",
        rf"(?:Error: )?{AT}(?:\((?P<line>\d+),\d+\):|:(?P<line2>\d+):\d+ -) error (?P<code>TS\d+): (?P<text>.+)",
    ),
    row("tsc", "type-error", "error TS", r"error (?P<code>TS\d+): (?P<text>.+)"),
    row(
        "webpack",
        "compile-error",
        "ERROR in ",
        rf"(?:\[tsl\] )?ERROR in {AT}(?:{LC}|[ (](?P<line2>\d+)[:,]\d+\)?).*(?P<text>)",
        text_below=True,
    ),
    row("next", "compile-error", "./", rf"{AT}{LC}(?P<text>)$", text_below=True),
    row(
        "mypy",
        "type-error",
        ": error: ",
        rf"{PY}: error: (?P<text>.+?)(?:  \[(?P<code>[\w-]+)\])?$",
    ),
    row("mypy", "type-error", ": error:", rf"{PY}: error: ?(?P<text>.+)$"),
    row(
        "pyright",
        "type-error",
        " - error: ",
        rf"\s*{AT}{LC} - error: (?P<text>.+?)(?: \((?P<code>report\w+)\))?$",
    ),
    row(
        "pytype",
        "type-error",
        '", line ',
        r'File "(?P<path>[^"]+)", line (?P<line>\d+), in \S+: (?P<text>.+) \[(?P<code>[\w-]+)\]$',
    ),
    row("ty", "type-error", "error[", r"error\[(?P<code>[a-z][\w-]+)\]:? (?P<text>.+)", below=True),
    row("psalm", "type-error", "ERROR: ", rf"ERROR: (?P<code>\w+) - {AT}{LC} - (?P<text>.+)"),
    row(
        "javac",
        "compile-error",
        ".java:[",
        r"\[ERROR\] (?:COMPILATION ERROR : )?(?P<path>\S+\.(?:java|kt|groovy)):\[(?P<line>\d+),\d+\] (?:error: )?"
        r"(?P<text>.+)",
    ),
    row(
        "kotlinc",
        "compile-error",
        ".kt",
        r"(?:e: |\[ERROR\] )(?:file://)?(?P<path>\S+\.kts?):(?:(?P<line>\d+):\d+:?| ?[(\[]"
        r"(?P<line2>\d+), ?\d+[)\]]:?) (?P<text>.+)",
    ),
    row(
        "scalac",
        "compile-error",
        "[error] ",
        r"\[error\] (?:-- (?:\[\w+\] )?(?:[\w ]+)?Error: )?(?P<path>\S+\.(?:scala|java|sbt)):(?P<line>\d+)"
        r"(?::\d+)?:? ?(?P<text>.*)",
    ),
    row(
        "msbuild",
        "compile-error",
        ": error ",
        r"\s*(?:\d+>)?(?P<path>[^\s(][^(]*\.\w+)\((?P<line>\d+)(?:,\d+)*\): (?:fatal )?error ?"
        r"(?P<code>[A-Z]+\d+)? ?: (?P<text>.+?)(?: \[[^\]]+proj(?:::.*)?\])?$",
    ),
    row(
        "msvc linker",
        "compile-error",
        "error LNK",
        r"\s*(?:\d+>)?(?P<text>\S+ : (?:fatal )?error (?P<code>LNK\d+): .+)",
    ),
    row(
        "swiftc",
        "test-failure",
        ": error: -[",
        r"(?P<path>\S+\.(?:swift|mm?)):(?P<line>\d+): error: -\[(?P<code>[^\]]+)\] : (?P<text>.+)",
    ),
    row(
        "swiftc",
        "test-failure",
        ": error: ",
        r"(?P<path>\S+\.swift):(?P<line>\d+): error: (?P<code>\w+\.\w+) : (?P<text>.+)",
    ),
    row(
        "compiler",
        "compile-error",
        "rror",
        rf"(?:\[ERROR\] |\s*\[javac\] )?{AT}{LC}: (?:fatal |internal compiler )?error(?:\[(?P<code>E\d+)\])?: "
        rf"(?P<text>.+)",
    ),
    row(
        "compiler",
        "compile-error",
        "rror:",
        rf"{AT}{LC}: (?:error|Error):(?: \[(?P<code>GHC-\d+)\])?(?P<text>)\s*$",
        text_below=True,
    ),
    row("assembler", "compile-error", ": Error: ", rf"{AT}:(?P<line>\d+): Error: (?P<text>.+)"),
    row(
        "ld",
        "compile-error",
        "undefined reference to",
        r"(?:\S*ld(?:\.\w+)?: )?(?P<path>[^\s:()]+\.\w+):(?:(?P<line>\d+)|\(\.\w[^)]*\)): "
        r"(?P<text>undefined reference to .+)",
    ),
    row(
        "ld",
        "compile-error",
        "multiple definition",
        r"(?:\S*ld: )?(?:\S+\.o: in function .*: )?(?P<path>[^\s:()]+\.\w+):(?:(?P<line>\d+)|\(\.\w[^)]*\)): "
        r"(?P<text>multiple definition of .+)",
    ),
    row("ld", "compile-error", "cannot find -l", r"\S*ld(?:\.\w+)?: (?P<text>cannot find -l\S+.*)"),
    row("ld", "compile-error", '", referenced from', r"\s+(?P<text>\"_?.+\", referenced from:)$"),
    row(
        "elixir",
        "compile-error",
        "Error) ",
        r"\*\* \((?P<code>\w*Error)\) (?P<path>\S+\.exs?):(?P<line>\d+)(?::\d+)?: (?P<text>.+)",
    ),
    row(
        "ocaml",
        "compile-error",
        ", characters ",
        r'File "(?P<path>[^"]+)", lines? (?P<line>\d+)(?:-\d+)?, characters .*(?P<text>):$',
        text_below=True,
    ),
    row(
        "ruff",
        "compile-error",
        "invalid-syntax",
        r"(?P<code>invalid-syntax)(?: \[\*\]|:)? (?P<text>.+)",
        below=True,
    ),
    row(
        "ruff",
        "compile-error",
        "SyntaxError",
        rf"{PY}: (?P<code>SyntaxError|invalid-syntax): (?P<text>.+)",
    ),
    row(
        "black",
        "compile-error",
        "error: cannot format ",
        r"(?P<text>error: cannot format (?P<path>[^:]+): .+?(?P<line>\d+)?:?\d*:? .*)",
    ),
    row(
        "php",
        "compile-error",
        "Parse error",
        r"(?:PHP )?Parse error:\s+(?P<text>.+) in (?P<path>\S+) on line (?P<line>\d+)",
    ),
    row(
        "pytest-cov",
        "test-failure",
        "Required test coverage",
        r"(?:FAIL |ERROR: )?(?P<text>Required test coverage of .+ not reached.*)",
    ),
    row("coverage", "test-failure", "Coverage failure", r"(?P<text>Coverage failure: .+)"),
    row(
        "jest",
        "test-failure",
        "coverage threshold",
        r"(?:Jest: |ERROR: )(?P<text>.*coverage threshold .+ (?:not met|does not meet).*)",
    ),
)
