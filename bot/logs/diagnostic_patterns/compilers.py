"""Patterns of compilers, linkers, type checkers, and gates that are no test."""

from __future__ import annotations

from dataclasses import replace

from bot.logs.diagnostic_patterns.diagnostic_pattern import (
    LINE_COLUMN,
    PATH,
    PYTHON_PLACE,
    compile_pattern,
)

COMPILERS = (
    compile_pattern(
        "make",
        "compile-error",
        ": *** ",
        r"(?:make(?:\[\d+\])?|(?P<path>[\w./-]+):(?P<line>\d+)): \*\*\* "
        r"(?P<text>(?!\[|multiple target)[A-Z\w].+)",
    ),
    compile_pattern(
        "FileCheck",
        "test-failure",
        "not found in input",
        rf"{PATH}{LINE_COLUMN}: error: (?P<text>[\w-]+: .*not found in input.*)",
    ),
    compile_pattern(
        "shell",
        "crash",
        ": line ",
        r"(?P<path>[\w./-]+): line (?P<line>\d+): (?!\s*\d+ |Killed|.*core dumped)(?P<text>.+)",
    ),
    compile_pattern(
        "perl",
        "compile-error",
        " line ",
        r"(?P<text>(?:Global symbol|syntax error|Can't locate \S+ in @INC|Bareword|Can't find).*) "
        r"at (?P<path>\S+\.(?:p[lm]|t)) line (?P<line>\d+)[.,].*",
    ),
    compile_pattern(
        "maven",
        "compile-error",
        "Failed to execute goal",
        r"\[ERROR\] Failed to execute goal \S+compiler\S* .*?: "
        r"(?P<text>(?!Compilation failure)(?:Fatal error compiling|.*release|.*option).*?)"
        r"(?: -> \[Help \d+\])?$",
    ),
    compile_pattern(
        "clang-format",
        "lint",
        "clang-format",
        rf"{PATH}{LINE_COLUMN}: error: (?P<text>.+) \[(?P<code>-Wclang-format-violations)\]$",
    ),
    compile_pattern(
        "clang-tidy",
        "lint",
        ",-warnings-as-errors]",
        rf"{PATH}{LINE_COLUMN}: error: (?P<text>.+) \[(?P<code>[\w.,-]+)\]$",
    ),
    compile_pattern(
        "swiftlint",
        "lint",
        ".swift:",
        r"(?P<path>\S+\.swift):(?P<line>\d+):(?P<col>\d+): error: (?P<text>.+) \((?P<code>\w+)\)$",
    ),
    compile_pattern(
        "swift testing",
        "test-failure",
        " recorded an issue ",
        r".{0,3}Test (?P<code>.+?) recorded an issue .*?at (?P<path>\S+?):(?P<line>\d+):\d+: "
        r"(?P<text>.+)",
    ),
    compile_pattern(
        "android lint",
        "lint",
        ": Error: ",
        rf"{PATH}{LINE_COLUMN}: Error: (?P<text>.+) \[(?P<code>\w+)\]$",
    ),
    compile_pattern(
        "tsc",
        "type-error",
        " error TS",
        rf"(?:Error: )?{PATH}(?:\((?P<line>\d+),\d+\):|:(?P<line2>\d+):\d+ -) error "
        rf"(?P<code>TS\d+): (?P<text>.+)",
    ),
    compile_pattern("tsc", "type-error", "error TS", r"error (?P<code>TS\d+): (?P<text>.+)"),
    compile_pattern(
        "webpack",
        "compile-error",
        "ERROR in ",
        rf"(?:\[tsl\] )?ERROR in {PATH}(?:{LINE_COLUMN}|[ (](?P<line2>\d+)[:,]\d+\)?).*(?P<text>)",
    ),
    compile_pattern("next", "compile-error", "./", rf"{PATH}{LINE_COLUMN}(?P<text>)$"),
    compile_pattern(
        "mypy",
        "type-error",
        ": error: ",
        rf"{PYTHON_PLACE}: error: (?P<text>.+?)(?:  \[(?P<code>[\w-]+)\])?$",
    ),
    compile_pattern("mypy", "type-error", ": error:", rf"{PYTHON_PLACE}: error: ?(?P<text>.+)$"),
    compile_pattern(
        "pyright",
        "type-error",
        " - error: ",
        rf"\s*{PATH}{LINE_COLUMN} - error: (?P<text>.+?)(?: \((?P<code>report\w+)\))?$",
    ),
    compile_pattern(
        "pytype",
        "type-error",
        '", line ',
        r'File "(?P<path>[^"]+)", line (?P<line>\d+), in \S+: (?P<text>.+) \[(?P<code>[\w-]+)\]$',
    ),
    replace(
        compile_pattern(
            "ty",
            "type-error",
            "error[",
            r"error\[(?P<code>[a-z][\w-]+)\]:? (?P<text>.+)",
            below=True,
        ),
        suffix=".py",
    ),
    compile_pattern(
        "deno", "lint", "error[", r"error\[(?P<code>[a-z][\w-]+)\]: (?P<text>.+)", below=True
    ),
    compile_pattern(
        "babel",
        "compile-error",
        "Error: ",
        r"(?:\w*Error: )(?P<path>\S+\.\w+): (?P<text>.+) \((?P<line>\d+):(?P<col>\d+)\)$",
    ),
    compile_pattern(
        "rollup",
        "compile-error",
        "Error: ",
        rf"\[!\] (?:\(.*?\) )?\w*Error: {PATH} \((?P<line>\d+):(?P<col>\d+)\): (?P<text>.+)",
    ),
    compile_pattern(
        "psalm",
        "type-error",
        "ERROR: ",
        rf"ERROR: (?P<code>\w+) - {PATH}{LINE_COLUMN} - (?P<text>.+)",
    ),
    compile_pattern(
        "javac",
        "compile-error",
        ".java:[",
        r"\[ERROR\] (?:COMPILATION ERROR : )?(?P<path>\S+\.(?:java|kt|groovy)):\["
        r"(?P<line>\d+),\d+\] (?:error: )?"
        r"(?P<text>.+)",
    ),
    compile_pattern(
        "kotlinc",
        "compile-error",
        ".kt",
        r"(?:e: |\[ERROR\] )(?:file://)?(?P<path>\S.*?\.kts?):(?:(?P<line>\d+):\d+:?| ?[(\[]"
        r"(?P<line2>\d+), ?\d+[)\]]:?) (?P<text>.+)",
    ),
    compile_pattern(
        "scalac",
        "compile-error",
        "[error] ",
        r"\[error\] (?:-- (?:\[\w+\] )?(?:[\w ]+)?Error: )?(?P<path>\S+\.(?:scala|java|sbt)):"
        r"(?P<line>\d+)"
        r"(?::\d+)?:? ?(?P<text>.*)",
    ),
    compile_pattern(
        "msbuild",
        "compile-error",
        ": error ",
        r"\s*(?:\d+>)?(?P<path>[^\s(][^(]*\.\w+)\((?P<line>\d+)(?:,\d+)*\): (?:fatal )?error ?"
        r"(?P<code>[A-Z]+\d+)? ?: (?P<text>.+?)(?: \[[^\]]+proj(?:::.*)?\])?$",
    ),
    compile_pattern(
        "msvc linker",
        "compile-error",
        "error LNK",
        r"\s*(?:\d+>)?(?P<text>\S+ : (?:fatal )?error (?P<code>LNK\d+): .+)",
    ),
    compile_pattern(
        "swiftc",
        "test-failure",
        ": error: -[",
        r"(?P<path>\S+\.(?:swift|mm?)):(?P<line>\d+): error: -\[(?P<code>[^\]]+)\] : (?P<text>.+)",
    ),
    compile_pattern(
        "swiftc",
        "test-failure",
        ": error: ",
        r"(?P<path>\S+\.swift):(?P<line>\d+): error: (?P<code>\w+\.\w+) : (?P<text>.+)",
    ),
    compile_pattern(
        "compiler",
        "compile-error",
        "rror",
        rf"(?:\[ERROR\] |\s*\[javac\] )?{PATH}{LINE_COLUMN}: (?:fatal |internal compiler )?error"
        rf"(?:\[(?P<code>E\d+)\])?: "
        rf"(?P<text>.+)",
    ),
    compile_pattern(
        "compiler",
        "compile-error",
        "rror:",
        rf"{PATH}{LINE_COLUMN}: (?:error|Error):(?: \[(?P<code>GHC-\d+)\])?(?P<text>)\s*$",
    ),
    compile_pattern(
        "assembler", "compile-error", ": Error: ", rf"{PATH}:(?P<line>\d+): Error: (?P<text>.+)"
    ),
    compile_pattern(
        "ld",
        "compile-error",
        "undefined reference to",
        r"(?:\S*ld(?:\.\w+)?: )?(?P<path>[^\s:()]+\.\w+):(?:(?P<line>\d+)|\(\.\w[^)]*\)): "
        r"(?P<text>undefined reference to .+)",
    ),
    compile_pattern(
        "ld",
        "compile-error",
        "multiple definition",
        r"(?:\S*ld: )?(?:\S+\.o: in function .*: )?(?P<path>[^\s:()]+\.\w+):(?:(?P<line>\d+)"
        r"|\(\.\w[^)]*\)): "
        r"(?P<text>multiple definition of .+)",
    ),
    compile_pattern(
        "ld", "compile-error", "cannot find -l", r"\S*ld(?:\.\w+)?: (?P<text>cannot find -l\S+.*)"
    ),
    compile_pattern(
        "ld", "compile-error", '", referenced from', r"\s+(?P<text>\"_?.+\", referenced from:)$"
    ),
    compile_pattern(
        "elixir",
        "compile-error",
        "Error) ",
        r"\*\* \((?P<code>\w*Error)\) (?P<path>\S+\.exs?):(?P<line>\d+)(?::\d+)?: (?P<text>.+)",
    ),
    compile_pattern(
        "ocaml",
        "compile-error",
        ", characters ",
        r'File "(?P<path>[^"]+)", lines? (?P<line>\d+)(?:-\d+)?, characters .*(?P<text>):$',
    ),
    compile_pattern(
        "ruff",
        "compile-error",
        "invalid-syntax",
        r"(?P<code>invalid-syntax)(?: \[\*\]|:)? (?P<text>.+)",
        below=True,
    ),
    compile_pattern(
        "ruff",
        "compile-error",
        "SyntaxError",
        rf"{PYTHON_PLACE}: (?P<code>SyntaxError|invalid-syntax): (?P<text>.+)",
    ),
    compile_pattern(
        "black",
        "compile-error",
        "error: cannot format ",
        r"(?P<text>error: cannot format (?P<path>[^:]+): .+?(?P<line>\d+)?:?\d*:? .*)",
    ),
    compile_pattern(
        "php",
        "compile-error",
        "Parse error",
        r"(?:PHP )?Parse error:\s+(?P<text>.+) in (?P<path>\S+) on line (?P<line>\d+)",
    ),
)
