"""Here lives the table of readers: who is asked what a failed step says, and how far each is
believed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from bot.logs.dialect_reader import diagnostics
from bot.logs.parsed_failure import Reader
from bot.logs.readers import (
    blocks,
    dotnet,
    elixir,
    go,
    jest,
    jvm,
    mocha,
    native,
    php,
    r,
    ruby,
    rust,
    scala,
    tap,
    v8,
)
from bot.logs.readers.pytests import pytest_report
from bot.logs.readers.python import bad_syntax, dying, timed_out, tracebacks
from bot.logs.readers.unittests import doctest_report, unittest_report

# What was tested is believed before what points at lines, that before what ended a program.
Kind = Literal["tests", "points", "ends"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A reader by the name of its tool. It is asked when one of its `signs` stands in the step; ""
    always does.
    """

    tool: str
    kind: Kind
    read: Reader
    signs: Collection[str] = ("",)


# To teach the bot a tool, write a reader and give it a row here; for a linter or a compiler that
# says a line for each
# fault, a row in bot/logs/dialects/ is enough. Of two readers that read the same lines, the upper
# one is believed.
READERS = (
    Entry(
        "pytest",
        "tests",
        pytest_report,
        (" FAILURES ===", " ERRORS ===", "short test summary", "loading conftest"),
    ),
    Entry("unittest", "tests", unittest_report, ("=" * 70,)),
    Entry("doctest", "tests", doctest_report, ("*" * 70,)),
    Entry("pytest-timeout", "tests", timed_out, ("~ Stack of ",)),
    Entry("jest", "tests", jest.jest_report, ("● ",)),
    Entry("vitest", "tests", jest.vitest_report, ("⎯⎯⎯⎯",)),
    Entry("bun", "tests", jest.bun_report, ("(fail) ", "✗ ")),
    Entry("deno", "tests", jest.deno_report, (" => ",)),
    Entry("mocha", "tests", mocha.mocha_report, (" failing",)),
    Entry("ava", "tests", mocha.ava_report, ("✘ [fail]: ",)),
    Entry("playwright", "tests", mocha.playwright_report, (" › ",)),
    Entry("node:test", "tests", tap.spec_report, ("failing tests:",)),
    Entry("TAP", "tests", tap.tap_report, ("not ok",)),
    Entry(
        "go test", "tests", go.go_tests, ("--- FAIL: ", "panic: ", '"Action":"', "fatal error: ")
    ),
    Entry(
        "cargo test",
        "tests",
        rust.cargo_tests,
        (" stdout ----", " stderr ----", "STDERR:", "STDOUT:"),
    ),
    Entry("surefire", "tests", jvm.surefire, ("<<< FAILURE!", "<<< ERROR!", "Tests run:")),
    Entry("karma", "tests", mocha.karma_report, ("FAILED",)),
    Entry("scalatest", "tests", scala.scalatest, ("*** FAILED ***", "==> X ", "failed: ")),
    Entry("exunit", "tests", elixir.exunit, ("stacktrace:",)),
    Entry("testthat", "tests", r.testthat, ("── Failure", "── Error", "── 1. ")),
    Entry("gradle", "tests", jvm.gradle_tests, (" FAILED",)),
    Entry("junit", "tests", jvm.junit_console, (") ",)),
    Entry("ant", "tests", jvm.ant_junit, ("Testcase: ",)),
    Entry("testng", "tests", jvm.testng, ("FAILED: ",)),
    Entry("rspec", "tests", ruby.rspec_report, ("Failure/Error:", "An error occurred ")),
    Entry("minitest", "tests", ruby.minitest_report, ("Failure:", "Error:")),
    Entry("test-unit", "tests", ruby.unit_report, ("Failure: test", "Error: test")),
    Entry("jasmine", "tests", mocha.jasmine_report, ("Stack:",)),
    Entry("phpunit", "tests", php.phpunit_report, ("There was 1 ", "There were ")),
    Entry("phpunit", "tests", php.testdox, (" ✘ ",)),
    Entry("pest", "tests", php.pest_report, ("FAILED  ",)),
    Entry("dotnet test", "tests", dotnet.dotnet_tests, ("Error Message:", "[FAIL]", "failed ")),
    Entry("googletest", "tests", native.gtest_report, ("[  FAILED  ]",)),
    Entry("catch2", "tests", native.catch_report, (": FAILED:",)),
    Entry("ctest", "tests", native.ctest_report, ("tests passed, ",)),
    Entry("go", "points", go.go_build, (".go:",)),
    Entry("rustc", "points", rust.rustc, ("error",)),
    Entry("eslint", "points", blocks.stylish, (" problem", "error", "✖")),
    Entry("prettier", "points", blocks.prettier, ("Code style issues", "Checking formatting...")),
    Entry("cmake", "points", blocks.cmake, ("CMake Error",)),
    Entry("phpstan", "points", php.phpstan_table, ("  Line  ",)),
    Entry("phpcs", "points", php.phpcs_table, ("FILE: ",)),
    Entry("php-cs-fixer", "points", php.php_fixer, ("that can be fixed", "PHP CS Fixer")),
    Entry("shellcheck", "points", blocks.shellcheck, ("SC",)),
    Entry("pydocstyle", "points", blocks.pydocstyle, (": D", " D")),
    Entry(
        "biome",
        "points",
        blocks.biome,
        (" lint/", " format ", " assist/", " parse ", " organizeImports "),
    ),
    Entry("esbuild", "points", blocks.esbuild, ("[ERROR]",)),
    Entry("pre-commit", "points", blocks.modified, ("files were modified by this hook",)),
    Entry("spotless", "points", blocks.spotless, ("format violations:",)),
    Entry("formatter", "points", blocks.listed),
    Entry("diagnostics", "points", diagnostics),
    Entry("sanitizer", "ends", native.sanitized, ("Sanitizer: ", "runtime error: ")),
    Entry("assert", "ends", native.asserted, ("Assertion ",)),
    Entry("python", "ends", dying, ("Fatal Python error",)),
    Entry("python", "ends", tracebacks, ("Traceback (most recent call last)",)),
    Entry("python", "ends", bad_syntax, ("SyntaxError: ", "IndentationError: ", "TabError: ")),
    Entry("go", "ends", go.go_panic, ("goroutine ",)),
    Entry("rust", "ends", rust.rust_panic, ("panicked at", "has overflowed")),
    Entry("java", "ends", jvm.uncaught, ("\tat ", "    at ")),
    Entry("dotnet", "ends", dotnet.dotnet_crash, ("Unhandled exception", "Unhandled Exception")),
    Entry("php", "ends", php.php_fatal, ("Fatal error", "Parse error", "fatal error")),
    Entry("rake", "ends", ruby.rake_abort, ("aborted!",)),
    Entry("ruby", "ends", ruby.ruby_trace, (":in `", ":in '", "syntax error")),
    Entry("node", "ends", v8.node_stacks, ("    at ",)),
)
