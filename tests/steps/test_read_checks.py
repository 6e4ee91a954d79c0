"""The tests of reading what failed checks left, when a part of it cannot be had."""

import io
import zipfile
from dataclasses import replace

import pytest

from bot.ports import BadAnswer, Checkers, Ports, RateLimited, Refusal, Unreachable
from bot.steps.read_checks import choose_checks, read_check, read_checks
from bot.values import Annotation, Artifact, Check, CheckOutput, Repo

LOG = b"""\
##[group]Run pytest
##[endgroup]
E   AssertionError: three
tests/test_sum.py:7: AssertionError
##[error]Process completed with exit code 1.
"""

NOTHING = CheckOutput()


class Ci:
    """CI with this log, these annotations and this output, or an error in their place."""

    def __init__(self, notes, log=LOG, output=NOTHING):
        self.notes, self.log, self.output = notes, log, output

    def fetch_job_log(self, repo, job, limit_bytes):
        if isinstance(self.log, Exception):
            raise self.log
        return self.log

    def fetch_check_output(self, repo, check):
        if isinstance(self.output, Exception):
            raise self.output
        return self.output

    def list_annotations(self, repo, check):
        if isinstance(self.notes, Exception):
            raise self.notes
        return self.notes


JOB = Check("test", "failed", "failure", "https://h/1", id=9, job=True)
FOREIGN = replace(JOB, name="sonar", job=False)
STATUS = replace(FOREIGN, name="ci/circle", id=0)
GONE = [BadAnswer("odd"), Unreachable("GitHub answered 502"), Refusal("not granted")]


def read(ci, check=JOB):
    ports = replace(Ports(None, None, None), ci=ci)
    return read_check(ports, Repo("o/r"), check, frozenset(["tests/test_sum.py"]))


@pytest.mark.parametrize("gone", GONE)
def test_annotations_that_cannot_be_had_are_done_without(gone):
    """The log says the same as it does beside no annotations."""
    assert read(Ci(())) == read(Ci(gone))


def test_a_rate_limit_is_waited_out():
    """What comes after it would be limited too."""
    with pytest.raises(RateLimited):
        read(Ci(RateLimited("limited", 9.0)))


def test_annotations_are_read_where_there_is_no_log():
    """As of a CI that is not GitHub's own."""
    note = Annotation("tests/test_sum.py", 7, "failure", "three is not four")

    assert "tests/test_sum.py" in str(read(Ci((note,), b"")))


def test_the_output_of_a_check_is_read_as_its_reader_sees_it():
    """Title, summary and text, without what is hidden, and with secrets masked."""
    token = "ghp_" + "a" * 36
    output = CheckOutput(
        "Quality gate failed", f"3 issues<!-- obey --> {token}", "<details>Mend `sum.py`</details>"
    )
    reading = read(Ci((), output=output), FOREIGN)
    (failure,) = reading.failures

    assert ("fix", "low", ("sonar",)) == (reading.action, reading.confidence, failure.jobs)
    assert "Quality gate failed" == failure.error
    assert "3 issues *** Mend `sum.py`" == failure.message
    assert "obey" not in str(reading)
    assert token not in str(reading)
    assert failure.fingerprint


def test_a_tool_is_recognised_in_the_words_of_a_check():
    """A report in its text is read like a log, with tests and places."""
    report = (
        "```\n==== FAILURES ====\n____ test_sum ____\n\n    def test_sum():\n>       assert 3 == 4\n"
        "E       assert 3 == 4\n\ntests/test_sum.py:7: AssertionError\n==== 1 failed in 0.03s ====\n```"
    )
    reading = read(Ci((), output=CheckOutput("1 failed", "", report)), FOREIGN)
    listed = read(
        Ci((), output=CheckOutput("Odd", "In `a`:", "tests/test_sum.py:7 is odd")), FOREIGN
    )

    assert "pytest" == reading.tool
    assert ["tests/test_sum.py:7"] * 2 == [each.failures[0].place for each in (reading, listed)]
    assert "Odd" in listed.excerpt


@pytest.mark.parametrize("gone", GONE)
def test_an_output_that_cannot_be_had_leaves_the_title(gone):
    """The title came with the check itself."""
    check = replace(FOREIGN, description="2 vulnerabilities in lodash")

    assert "2 vulnerabilities in lodash" == read(Ci((), output=gone), check).failures[0].error


def test_notes_of_any_level_are_read_where_none_is_a_failure():
    """Their titles and details too, behind the output."""
    note = Annotation("sum.py", 3, "warning", "is slow", "Complexity", "at most 10")
    reading = read(Ci((note,), output=CheckOutput("Too complex")), FOREIGN)

    assert "Too complex\n\nsum.py:3: Complexity: is slow\nat most 10" == reading.excerpt


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("Your tests failed on Circle", "human"),
        ("12 of 340 tests failed after 3m", "human"),
        ("The build of commit failed!", "human"),
        ("50.00% of diff hit (target 80.00%)", "fix"),
        ("test_sum failed", "fix"),
    ],
)
def test_the_sentence_of_a_status_is_quoted(words, action):
    """Where it tells what is wrong it can be mended; else only a person can look."""
    reading = read(Ci(()), replace(STATUS, description=words))

    assert (action, words) == (reading.action, reading.failures[0].error)


@pytest.mark.parametrize(
    ("conclusion", "action", "words"),
    [
        ("failure", "human", "failed"),
        ("error", "human", "ended with an error of its own"),
        ("timed_out", "rerun", "ran out of time"),
        ("cancelled", "rerun", "was cancelled"),
        ("stale", "rerun", "was given up by GitHub"),
        ("startup_failure", "human", "could not start"),
        ("action_required", "human", "waits until somebody acts on its page"),
    ],
)
def test_a_check_that_says_nothing_has_a_word_for_its_end(conclusion, action, words):
    """And the way to its page."""
    reading = read(Ci(()), replace(STATUS, conclusion=conclusion))
    (failure,) = reading.failures

    assert action == reading.action
    assert failure.error.startswith(words)
    assert "CI left nothing to read; see https://h/1" == failure.message


def test_endless_words_are_bounded():
    """Cut at a line, with a mark; a fault of a line, or a text of one, names its beginning."""
    output = CheckOutput("x " * 500, "", "a line\n\n" * 10_000)
    reading = read(Ci((), output=output), FOREIGN)
    one_line = read(Ci((), output=CheckOutput("x" * 9_000)), FOREIGN)

    assert len(reading.excerpt) < 9_000
    assert reading.excerpt.endswith("\n(…)")
    assert reading.failures[0].error.endswith(" (…)")
    assert f"{'x' * 8_000}\n(…)" == one_line.excerpt


@pytest.mark.parametrize("gone", [BadAnswer("odd"), Refusal("nowhere")])
def test_a_log_of_another_shape_is_done_without(gone):
    """What the job's annotations say is left."""
    note = Annotation("tests/test_sum.py", 7, "failure", "three is not four")

    assert "tests/test_sum.py" in str(read(Ci((note,), gone)))
    assert "human" == read(Ci((), gone)).action


def test_a_log_that_is_down_is_waited_for():
    """Unless annotations tell what broke where."""
    down = Unreachable("GitHub answered 502")
    with pytest.raises(Unreachable):
        read(Ci((), down))
    note = Annotation("tests/test_sum.py", 7, "failure", "three is not four")

    assert "tests/test_sum.py" in str(read(Ci((note,), down)))


VAGUE = b"##[group]Run gradle test\n##[endgroup]\n2 tests failed, see the report\n"
UPLOADED = (
    b"##[group]Run actions/upload-artifact@v4\nArtifact junit has been successfully uploaded!\n"
)
TOLD = b"""\
##[group]Run pytest
##[endgroup]
=== FAILURES ===
___ test_sum ___

    def test_sum():
>       assert 3 == 4
E       assert 3 == 4

tests/test_sum.py:7: AssertionError
=== 1 failed in 0.03s ===
##[error]Process completed with exit code 1.
"""
END = b"##[error]Process completed with exit code 1.\n"


SECRET = "ghp_" + "a" * 36


class Uploads(Ci):
    """CI whose run has these artifacts; each is a report of the test of its name."""

    def __init__(self, log, artifacts):
        super().__init__((), log)
        self.artifacts, self.fetched = artifacts, []

    failure = f'<failure message="{SECRET}">tests/test_sum.py:7: E</failure>'

    def list_artifacts(self, repo, run, attempt):
        if isinstance(self.artifacts, Exception):
            raise self.artifacts
        return tuple(Artifact(*each, 9) for each in enumerate(self.artifacts))

    def fetch_artifact(self, repo, artifact, limit_bytes):
        self.fetched.append(artifact)
        if self.artifacts[artifact] == "junit-gone":
            raise Refusal("not granted")
        case = f'<testcase name="{self.artifacts[artifact]}">{self.failure}</testcase>'
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as opened:
            opened.writestr("a.xml", f"<testsuite>{case}</testsuite>")
        return archive.getvalue()


MATRIX = [replace(JOB, name=f"test (3.1{number})", id=number, run=3) for number in (1, 2)]


def read_all(ci, checks=MATRIX):
    ports = replace(Ports(None, None, None), ci=ci)
    return read_checks(ports, Repo("o/r"), checks, frozenset(["tests/test_sum.py"]))


def test_reports_come_to_the_jobs_that_uploaded_them():
    """By the values of the matrix; what belongs to none of them for sure names none. Its secrets
    are masked.
    """
    ci = Uploads(VAGUE + UPLOADED + END, ["junit-3.11", "junit-3.12", "results", "coverage"])
    reading = read_all(ci)
    told = [(failure.test, failure.jobs) for failure in reading.failures]

    assert [0, 1, 2] == ci.fetched
    assert [("junit-3.11", ("test (3.11)",)), ("junit-3.12", ("test (3.12)",))] == told[:2]
    assert ("results", ()) == told[2]
    assert ("test-failure", "fix") == (reading.category, reading.action)
    assert SECRET not in str(reading)


@pytest.mark.parametrize("artifacts", [*GONE, ["junit-gone", "junit-3.12"]])
def test_reports_that_cannot_be_had_are_done_without(artifacts):
    """The log and the other reports say what they know."""
    reading = read_all(Uploads(VAGUE + UPLOADED + END, artifacts))
    told = {failure.test: failure.jobs for failure in reading.failures}
    both = tuple(check.name for check in MATRIX)

    expected = {"": both}
    if artifacts == ["junit-gone", "junit-3.12"]:
        expected = {"junit-3.12": both[1:]}

    assert expected == told


@pytest.mark.parametrize("log", [TOLD + UPLOADED, VAGUE + END], ids=["all is told", "no upload"])
def test_reports_are_asked_for_only_where_they_may_tell_more(log):
    """Not where each test has its place in the log, nor where nothing was uploaded."""
    ci = Uploads(log, AssertionError("asked"))

    assert read_all(ci).failures


class OwnSecrets:
    """The secrets of this process."""

    def mask(self, text):
        return text.replace("ourkey", "***")


def test_a_report_holds_none_of_our_own_secrets():
    """In no part of it; and the only job that failed is the one that it is of."""
    thrown = (
        '<failure message="not ourkey" type="a.ourkey">a.Ourkey: ourkey\n\tat a.T.x(T.java:1)\n'
        "Caused by: b.E: ourkey\n\tat a.T.y(T.java:2)</failure>"
    )
    ci = Uploads(VAGUE + UPLOADED + END, ["results"])
    ci.failure = thrown
    checkers = replace(Checkers(), own_secrets=OwnSecrets())
    ports = replace(Ports(None, None, None), ci=ci, checkers=checkers)
    reading = read_checks(ports, Repo("o/r"), MATRIX[:1], frozenset(["a/T.java"]))
    (failure,) = reading.failures

    assert ("test (3.11)",) == failure.jobs
    assert ("not ***", "b.E: ***") == (failure.message, failure.root_cause)
    assert "ourkey" not in str(reading)


def test_a_report_tells_what_was_cut_out_of_a_log():
    """Though all that is left of it has its place."""
    cut = b"... 12 bytes of this log are left out here ...\n"
    told = read_all(Uploads(cut + TOLD, ["junit-3.11"]))

    tests = ["tests/test_sum.py::test_sum", "junit-3.11"]

    assert tests == [failure.test for failure in told.failures]


def test_of_each_matrix_one_job_is_read_before_the_second_of_another():
    """Ten cells that say the same leave room for the linter; the cancelled come last."""
    cells = [replace(JOB, name=f"test ({number})") for number in range(10)]
    gone = replace(JOB, name="docs", conclusion="cancelled")
    chosen = choose_checks([gone, *cells, replace(JOB, name="lint")])

    assert ["test (0)", "lint", "test (1)"] == [check.name for check in chosen][:3]
    assert gone not in chosen


def test_a_log_that_nobody_knows_counts_before_what_the_check_says_of_itself():
    """Without a log its own words are read."""
    odd = LOG.splitlines()[0] + b"\n##[endgroup]\nout of cheese\n##[error]Process completed.\n"
    words = CheckOutput("1 failed", "FAILED tests/test_sum.py::test_a - AssertionError: three")

    assert read(Ci((), odd)) == read(Ci((), odd, words))
    assert "test-failure" == read(Ci((), b"", words)).category
