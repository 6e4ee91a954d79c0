"""A log is read: what kind of failure, what to do about it, in which step."""

from __future__ import annotations

import pytest

from bot.logs import clean_log, read_log
from bot.values import Frame, Reading
from tests.logs.reading import STAMP, read_output, wrap_as_job


@pytest.mark.parametrize(
    ("output", "category", "action"),
    [
        ("curl: (6) Could not resolve host: example.org", "infra", "rerun"),
        (
            "WARNING: ... NewConnectionError(...)\nERROR: No matching distribution found for requests",
            "infra",
            "rerun",
        ),
        ("cc: fatal error: x.s: No space left on device", "infra", "rerun"),
        ("bash: line 1: 12 Killed    python big.py", "infra", "rerun"),
        ("Error: 503 Service Unavailable from the registry", "infra", "rerun"),
        ("The runner has received a shutdown signal.", "infra", "rerun"),
        ("##[error]The operation was canceled.", "infra", "rerun"),
        ("HttpError: 403 Forbidden: Resource not accessible by integration", "infra", "human"),
        (
            "##[error]Unable to resolve action `acme/gone@v9`, unable to find version `v9`",
            "infra",
            "human",
        ),
        ("##[error]Docker pull failed with exit code 1", "infra", "rerun"),
        ("npm error network request to https://npm.example.org failed", "infra", "rerun"),
        ("E: Failed to fetch http://deb.example.org/x.deb  Connection failed", "infra", "rerun"),
        ("c++: fatal error: Killed signal terminated program cc1plus", "infra", "rerun"),
        ("##[error]The action 'Test' has timed out after 60 minutes.", "timeout", "rerun"),
        (
            "fatal: could not read Username for 'https://x.org': terminal prompts disabled",
            "infra",
            "human",
        ),
        ("ERROR: No matching distribution found for no-such-thing==1", "dependency", "fix"),
        (
            "curl: (7) Failed to connect to localhost port 8080: Connection refused",
            "crash",
            "human",
        ),
        (
            "Error: connect ECONNREFUSED 127.0.0.1:5432 {\n  code: 'ECONNREFUSED'\n}",
            "crash",
            "human",
        ),
        ("src/a.py:3:1: F401 'os' imported but unused", "lint", "fix"),
        ('src/a.py:3: error: Name "x" is not defined  [name-defined]', "type-error", "fix"),
        ("src/a.c:3:9: error: expected ';' before '}' token", "compile-error", "fix"),
        ("FAIL Required test coverage of 90% not reached. Total: 60%", "test-failure", "fix"),
        ('Jest: Coverage for lines (80%) does not meet "global" threshold', "test-failure", "fix"),
        ("ERROR: Coverage for lines (50%) does not meet global threshold", "test-failure", "fix"),
        ("Coverage failure: total of 61 is less than fail-under=90", "test-failure", "fix"),
        ("Line coverage (50%) is below the expected minimum (90%).", "test-failure", "fix"),
        ("Rule violated for bundle x: lines covered ratio is 0.5", "test-failure", "fix"),
        ("Error: ERR_PNPM_OUTDATED_LOCKFILE", "dependency", "fix"),
        ("Error: test-runner timed out after 310 seconds", "timeout", "rerun"),
        ('Jest: "global" coverage threshold for lines (9%) not met: 6%', "test-failure", "fix"),
        ("go: updates to go.mod needed; to update it:\n\tgo mod tidy", "dependency", "fix"),
        ("Your lock file is out of date. Run `poetry lock` to fix", "dependency", "fix"),
        ("error: The lockfile at `uv.lock` needs to be updated, but", "dependency", "fix"),
        ("p.toml changed significantly since poetry.lock was last made", "dependency", "fix"),
        ("ERROR: Package 'x' requires a different Python: 3.8 not in", "dependency", "fix"),
        (
            "npm error code EUSAGE\nnpm error\nnpm error `npm ci` can only install packages when",
            "dependency",
            "fix",
        ),
        (
            (
                "[ERROR] Could not resolve dependencies for project x: Could not find artifact a:y:jar:9"
                " in central (https://repo.example)"
            ),
            "dependency",
            "fix",
        ),
        ("✖   subject may not be empty [subject-empty]", "lint", "human"),
        ("ERROR: 1 dead links found!", "lint", "human"),
        ("[404] https://example.org/x | Failed: Network error: 404 Not Found", "crash", "human"),
        ("The following files are not gofmt-ed:\nsrc/a.py", "lint", "fix"),
        ("SemanticReleaseError: No GitHub token specified.", "infra", "human"),
        ("xcodebuild: error: Unable to find a destination matching x", "infra", "human"),
        ("Something odd failed", "crash", "human"),
        ("Something odd failed in src/a.py:3", "crash", "fix"),
    ],
)
def test_what_kind_of_failure(output: str, category: str, action: str):
    """Outages are never fixed by editing code; what points at code is."""
    reading = read_output(output, ("src/a.py", "src/a.c"))

    assert (reading.category, reading.action) == (category, action)
    assert reading.failures


def test_a_word_about_the_network_does_not_excuse_the_code():
    """A retry that went well, and a test that quotes an outage, leave the failure ours."""
    retried = "warning: Connection reset by peer, trying again\nsrc/a.c:3:9: error: expected ';'"
    quoting = (
        "=== FAILURES ===\n___ test_a ___\ntest_a.py:3: in test_a\n    assert answer == ''\n"
        "E   AssertionError: assert 'Connection refused' == ''\n"
        "=== short test summary info ===\nFAILED test_a.py::test_a\n"
    )

    assert read_output(retried, ("src/a.c",)).action == "fix"
    assert read_output(quoting, ("test_a.py",)).action == "fix"


def test_tests_that_need_a_dead_network_are_an_outage():
    """When every failure is the network's, nothing is to be fixed."""
    output = (
        "=== FAILURES ===\n___ test_a ___\ntest_a.py:3: in test_a\n    fetch()\n"
        "E   requests.exceptions.ConnectionError: Failed to establish a new connection: [Errno 111]\n"
    )

    assert read_output(output, ("test_a.py",)).action == "rerun"


def test_a_test_that_only_looks_at_an_exit_code_may_have_met_an_outage():
    """Where what the program printed says so: the test is told, and run again. One that looks at
    anything else has its own word.
    """
    output = (
        "=== FAILURES ===\n___ test_a ___\ntest_a.py:3: in test_a\n    assert run() == 0\n"
        "E   AssertionError: assert 2 == 0\n--- Captured stderr call ---\n"
        "ERROR: HTTP error 502 while getting https://files.example.org/x.whl: 502 Bad Gateway\n"
    )
    met = read_output(output, ("test_a.py",))
    own = read_output(output.replace("assert 2 == 0", "assert 'x' == 'y'"), ("test_a.py",))

    assert ("test-failure", "rerun") == (met.category, met.action)
    assert "fix" == own.action


def test_a_test_that_waited_for_minutes_is_told_with_its_place():
    """The machine was stuck; one that waited for a second failed."""
    output = (
        "=== FAILURES ===\n___ test_a ___\ntest_a.py:3: in test_a\n    join()\n"
        "E   RuntimeError: Process 0 terminated or timed out after 310.01 seconds\n"
    )
    stuck = read_output(output, ("test_a.py",))
    slow = read_output(output.replace("310.01", "2.0"), ("test_a.py",))

    assert ("timeout", "rerun") == (stuck.category, stuck.action)
    assert ["test_a.py:3"] == [failure.place for failure in stuck.failures]
    assert "fix" == slow.action


def test_what_an_action_says_before_its_last_word_may_be_an_outage():
    """Its last word is that it failed."""
    said = (
        'error - Upload failed: {"detail":"Rate limit reached. Please wait 1542s."}\n'
        "##[error]Failed to properly upload report: it exited with 1"
    )
    log = wrap_as_job(said).replace(b"Run make test", b"Run acme/upload-action@v4")
    log = log.replace(b"##[error]Process completed with exit code 1.\n", b"\n")
    reading = read_log(log.splitlines(keepends=True), [])

    assert ("infra", "rerun") == (reading.category, reading.action)


def test_annotations_behind_the_log_are_heard():
    """Only an annotation tells that a job ran into its limit; one that repeats the log says nothing
    new.
    """
    log = (
        wrap_as_job("still running", code=0)
        + b"##[error]The job has exceeded the maximum execution time of 6h0m0s\n"
    )
    again = (
        wrap_as_job("src/a.c:3:9: error: expected ';'")
        + b"##[error]Process completed with exit code 1.\n"
    )

    assert read_log(log.splitlines(keepends=True), []).category == "timeout"
    assert read_log(again.splitlines(keepends=True), ["src/a.c"]).category == "compile-error"


def test_a_green_log_is_passed():
    """Without an error there is nothing to do."""
    assert read_output("all is well", code=0) == Reading("passed", "none")


def test_the_failed_step_is_read_and_no_other():
    """An error in a step that went well is not the failure."""
    log = wrap_as_job("src/a.c:3:9: error: expected ';'").replace(
        b"done\n", b"src/b.c:1:1: error: told in a step that went well\n"
    )
    reading = read_log(log.splitlines(keepends=True), ["src/a.c", "src/b.c"])

    assert [failure.frames for failure in reading.failures] == [(Frame("src/a.c", 3),)]


def test_each_failed_step_tells_its_failures():
    """A step may fail and the job go on, or a step run though an earlier one failed; what both say
    counts once, and an outage beside a failure of the code is left out.
    """
    tests = "=== short test summary info ===\nFAILED test_a.py::test_a - assert 1 == 2\n"
    lint = "src/a.c:3:9: error: expected ';'"
    outage = "curl: (6) Could not resolve host: example.org"
    first, *rest = (wrap_as_job(output) for output in (tests, lint, tests, outage))
    log = first.replace(b"Post job cleanup.", b"")
    log += b"".join(
        each.partition(b"done\n")[2].replace(b"Post job cleanup.", b"") for each in rest
    )
    log = log.replace(b"Cleaning up orphan processes", b"")
    reading = read_log(log.splitlines(keepends=True), ["test_a.py", "src/a.c"])

    assert ["test_a.py::test_a", ""] == [failure.test for failure in reading.failures]
    assert "fix" == reading.action


def test_a_failure_told_twice_counts_once():
    """A rerun of the tests in one step gives no second failure."""
    block = "=== FAILURES ===\n___ test_a ___\ntest_a.py:3: in test_a\n    f()\nE   NameError: f\n=== 1 failed ===\n"
    (failure,) = read_output(block + block, ("test_a.py",)).failures

    assert failure.count == 2


def test_secrets_are_masked_everywhere():
    """Neither messages nor excerpts nor cleaned logs hold a token."""
    token = "ghp_" + "A1" * 18
    output = f'pushing with {token}\nTraceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: {token}'
    reading = read_output(output, ("a.py",))

    assert token not in repr(reading)
    assert reading.failures[0].message == "***"
    assert token not in "\n".join(clean_log(wrap_as_job(output)))


def test_logs_are_cleaned():
    """Byte order mark, timestamps, colours, links, overwritten progress and endless lines go;
    indentation stays.
    """
    raw = (
        b"\xef\xbb\xbf"
        + f"{STAMP}  \x1b[1;31mred\x1b(B\x1b[m ^[[31mx^[[0m\n{STAMP}\x1b]8;;http://x\x07link\x1b]8;;\x07\n".encode()
    )
    raw += f"{STAMP}10%\r50%\rdone\r\nno stamp\n{STAMP}{'x' * 9000}\n".encode()

    assert clean_log(raw) == ["  red x", "link", "done", "no stamp", "x" * 4096]


def test_a_hostile_log_is_read_in_time():
    """Endless lines, deep nests and a million brackets cost seconds at most."""
    hostile = [
        "(" * 100_000,
        "Traceback (most recent call last):\n" * 3000,
        "a/" * 50_000,
        "_ " * 50_000,
        "x:1: " * 20_000,
    ]
    hostile += [
        "E   " + "a." * 30_000,
        "'" * 50_000,
        "===" * 20_000,
        '  File "x", line 1, in y\n' * 5000,
    ]

    assert read_output("\n".join(hostile)).action in {"fix", "rerun"}


def test_what_is_no_log_is_not_passed():
    """Without steps, only a tool's own word says that all went well."""
    nothing = read_log([b"hello world, nothing here\n"], [])

    assert ("crash", "human", "low", ()) == (
        nothing.category,
        nothing.action,
        nothing.confidence,
        nothing.failures,
    )
    assert "passed" == read_log([b"12 passed in 0.3 s\n"], []).category
