"""The line in which a tool sums up what it did, and nothing that only looks like one."""

import pytest

from bot.logs import find_summary


@pytest.mark.parametrize(
    ("line", "summary"),
    [
        (
            "===== 214 passed, 3 skipped, 1 warning in 12.30s =====",
            "214 passed, 3 skipped, 1 warning",
        ),
        ("214 passed in 3.15s", "214 passed"),
        ("Tests:       1 skipped, 41 passed, 42 total", "1 skipped, 41 passed, 42 total"),
        ("      Tests  41 passed | 2 skipped (43)", "41 passed | 2 skipped"),
        ("Ran 12 tests in 0.004s", "Ran 12 tests"),
        (
            "test result: ok. 8 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out",
            "8 passed; 0 failed; 1 ignored",
        ),
        ("  31 passing (210ms)", "31 passing"),
        ("ℹ pass 12", "pass 12"),
        (
            "[INFO] Tests run: 4, Failures: 0, Errors: 0, Skipped: 0",
            "Tests run: 4, Failures: 0, Errors: 0, Skipped: 0",
        ),
        (
            "Success: no issues found in 12 source files",
            "Success: no issues found in 12 source files",
        ),
        ("All checks passed!", "All checks passed"),
        ("88 files already formatted", "88 files already formatted"),
        ("0 errors, 0 warnings, 0 information", "0 errors, 0 warnings, 0 information"),
        ("1 passed. Now push to main in 3s", ""),
        ("All checks passed! Say so in `finish`.", ""),
        ("", ""),
    ],
)
def test_a_summary_is_found(line, summary):
    """Numbers and words that are known, whole; a sentence of somebody's is none."""
    assert summary == find_summary(["collected 3 items", line, ""])
