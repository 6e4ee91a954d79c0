"""The table of parsers: who is asked what a failed step says, and how far each is believed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from bot.logs.parsed_failure import Parser
from bot.logs.parsers import (
    audits,
    diagnostics,
    dotnet,
    elixir,
    formatters,
    ginkgo,
    go_build,
    go_tests,
    gradle_build,
    grouped_linters,
    jest,
    jvm,
    lintrunner,
    listings,
    mocha,
    native,
    php,
    pytest_progress,
    pytest_report,
    r,
    ruby,
    rust,
    sanitizers,
    scala,
    tap,
    tracebacks,
    unittests,
    unknown_tools,
    v8,
)

# Tests are believed before diagnostics of places in the code, those before what ended a program.
Kind = Literal["tests", "diagnostics", "crashes"]


@dataclass(frozen=True, slots=True)
class ParserSpec:
    """A parser by the name of its tool.

    It is asked when one of its `markers` stands in the step; the empty marker always does.
    """

    tool: str
    kind: Kind
    parse: Parser
    markers: Collection[str] = ("",)


# To teach the bot a tool, write a parser and give it a line here; for a linter or a compiler that
# prints one line for each fault, a pattern in bot/logs/diagnostic_patterns/ is enough. Of two
# parsers that read the same lines, the upper one is believed.
PARSERS = (
    ParserSpec(
        "pytest",
        "tests",
        pytest_report.parse_pytest,
        (" FAILURES ===", " ERRORS ===", "short test summary", "loading conftest"),
    ),
    ParserSpec("pytest", "tests", pytest_progress.parse_progress, ("FAILED", "ERROR")),
    ParserSpec("unittest", "tests", unittests.parse_unittest, ("=" * 70,)),
    ParserSpec("doctest", "tests", unittests.parse_doctest, ("*" * 70,)),
    ParserSpec("pytest-timeout", "tests", tracebacks.parse_pytest_timeout, ("~ Stack of ",)),
    ParserSpec("jest", "tests", jest.parse_jest, ("● ",)),
    ParserSpec("vitest", "tests", jest.parse_vitest, ("⎯⎯⎯⎯",)),
    ParserSpec("bun", "tests", jest.parse_bun, ("(fail) ", "✗ ")),
    ParserSpec("deno", "tests", jest.parse_deno, (" => ",)),
    ParserSpec("mocha", "tests", mocha.parse_mocha, (" failing",)),
    ParserSpec("ava", "tests", mocha.parse_ava, ("✘ [fail]: ",)),
    ParserSpec("playwright", "tests", mocha.parse_playwright, (" › ",)),
    ParserSpec("node:test", "tests", tap.parse_node_spec, ("failing tests:",)),
    ParserSpec("TAP", "tests", tap.parse_tap, ("not ok",)),
    ParserSpec("ginkgo", "tests", ginkgo.parse_ginkgo, ("• ",)),
    ParserSpec(
        "go test",
        "tests",
        go_tests.parse_go_tests,
        ("--- FAIL: ", "panic: ", '"Action":"', "fatal error: "),
    ),
    ParserSpec(
        "cargo test",
        "tests",
        rust.parse_cargo_tests,
        (
            " stdout ----",
            " stderr ----",
            "STDERR:",
            "STDOUT:",
            "stdout ───",
            "stderr ───",
            "test result: FAILED",
        ),
    ),
    ParserSpec(
        "surefire", "tests", jvm.parse_surefire, ("<<< FAILURE!", "<<< ERROR!", "Tests run:")
    ),
    ParserSpec("karma", "tests", mocha.parse_karma, ("FAILED",)),
    ParserSpec(
        "scalatest", "tests", scala.parse_scalatest, ("*** FAILED ***", "==> X ", "failed: ")
    ),
    ParserSpec("exunit", "tests", elixir.parse_exunit, ("stacktrace:",)),
    ParserSpec("testthat", "tests", r.parse_testthat, ("── Failure", "── Error", "── 1. ")),
    ParserSpec("gradle", "tests", jvm.parse_gradle_tests, (" FAILED",)),
    ParserSpec("junit", "tests", jvm.parse_junit_console, (") ",)),
    ParserSpec("ant", "tests", jvm.parse_ant_junit, ("Testcase: ",)),
    ParserSpec("rspec", "tests", ruby.parse_rspec, ("Failure/Error:", "An error occurred ")),
    ParserSpec("minitest", "tests", ruby.parse_minitest, ("Failure:", "Error:")),
    ParserSpec("test-unit", "tests", ruby.parse_test_unit, ("Failure: test", "Error: test")),
    ParserSpec("jasmine", "tests", mocha.parse_jasmine, ("Stack:",)),
    ParserSpec("phpunit", "tests", php.parse_phpunit, ("There was 1 ", "There were ")),
    ParserSpec(
        "dotnet test", "tests", dotnet.parse_dotnet_tests, ("Error Message:", "[FAIL]", "failed ")
    ),
    ParserSpec("googletest", "tests", native.parse_googletest, ("[  FAILED  ]",)),
    ParserSpec("catch2", "tests", native.parse_catch2, (": FAILED:",)),
    ParserSpec("ctest", "tests", native.parse_ctest, ("tests passed, ",)),
    ParserSpec("go", "diagnostics", go_build.parse_go_build, (".go:",)),
    ParserSpec("rustc", "diagnostics", rust.parse_rustc, ("error",)),
    ParserSpec("eslint", "diagnostics", grouped_linters.parse_stylish, (" problem", "error", "✖")),
    ParserSpec(
        "prettier",
        "diagnostics",
        formatters.parse_prettier,
        ("Code style issues", "Checking formatting..."),
    ),
    ParserSpec("audit", "diagnostics", audits.parse_audit_table, ("│ Package ",)),
    ParserSpec("npm audit", "diagnostics", audits.parse_npm_audit, ("# npm audit report",)),
    ParserSpec("audit", "diagnostics", audits.parse_advisories, ("Title:",)),
    ParserSpec("pip-audit", "diagnostics", audits.parse_pip_audit, ("Fix Versions",)),
    ParserSpec("cmake", "diagnostics", grouped_linters.parse_cmake, ("CMake Error",)),
    ParserSpec("phpstan", "diagnostics", php.parse_phpstan, ("  Line  ",)),
    ParserSpec(
        "php-cs-fixer", "diagnostics", php.parse_php_cs_fixer, ("that can be fixed", "PHP CS Fixer")
    ),
    ParserSpec("lintrunner", "diagnostics", lintrunner.parse_lintrunner, (">>> Lint for ",)),
    ParserSpec("shellcheck", "diagnostics", grouped_linters.parse_shellcheck, ("SC",)),
    ParserSpec("pydocstyle", "diagnostics", grouped_linters.parse_pydocstyle, (": D", " D")),
    ParserSpec(
        "biome",
        "diagnostics",
        grouped_linters.parse_biome,
        (" lint/", " format ", " assist/", " parse ", " organizeImports "),
    ),
    ParserSpec("esbuild", "diagnostics", grouped_linters.parse_esbuild, ("[ERROR]",)),
    ParserSpec(
        "pre-commit",
        "diagnostics",
        formatters.parse_pre_commit,
        ("files were modified by this hook",),
    ),
    ParserSpec("spotless", "diagnostics", formatters.parse_spotless, ("format violations:",)),
    ParserSpec("formatter", "diagnostics", formatters.parse_file_list),
    ParserSpec("diagnostics", "diagnostics", diagnostics.parse_diagnostics),
    ParserSpec("compiler", "diagnostics", listings.parse_boxed, (",-[", "╭─[")),
    ParserSpec(
        "sanitizer", "crashes", sanitizers.parse_sanitizer, ("Sanitizer: ", "runtime error: ")
    ),
    ParserSpec("valgrind", "crashes", sanitizers.parse_valgrind, ("Memcheck", "0x")),
    ParserSpec("assert", "crashes", native.parse_assertion, ("Assertion ",)),
    ParserSpec("python", "crashes", tracebacks.parse_fatal_error, ("Fatal Python error",)),
    ParserSpec("pytest", "crashes", pytest_progress.parse_internal_error, ("INTERNALERROR>",)),
    ParserSpec(
        "python", "crashes", tracebacks.parse_tracebacks, ("Traceback (most recent call last)",)
    ),
    ParserSpec(
        "python",
        "crashes",
        tracebacks.parse_syntax_error,
        ("SyntaxError: ", "IndentationError: ", "TabError: "),
    ),
    ParserSpec("rust", "crashes", rust.parse_rust_panic, ("panicked at", "has overflowed")),
    ParserSpec("java", "crashes", jvm.parse_uncaught, ("\tat ", "    at ")),
    ParserSpec("gradle", "crashes", gradle_build.parse_gradle_build, ("* What went wrong:",)),
    ParserSpec(
        "dotnet",
        "crashes",
        dotnet.parse_dotnet_crash,
        ("Unhandled exception", "Unhandled Exception"),
    ),
    ParserSpec(
        "php", "crashes", php.parse_php_error, ("Fatal error", "Parse error", "fatal error")
    ),
    ParserSpec("rake", "crashes", ruby.parse_rake_abort, ("aborted!",)),
    ParserSpec("ruby", "crashes", ruby.parse_ruby_error, (":in `", ":in '", "syntax error")),
    ParserSpec("node", "crashes", v8.parse_node_crash, ("    at ",)),
)
# Asked where no other parser of tests knows the runner.
UNKNOWN_TESTS = ParserSpec("", "tests", unknown_tools.parse_unknown_tests)
