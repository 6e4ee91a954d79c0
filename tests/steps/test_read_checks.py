"""The tests of reading what failed checks left, when a part of it cannot be had."""

from dataclasses import replace

import pytest

from bot.ports import BadAnswer, Ports, RateLimited, Refusal, Unreachable
from bot.steps.read_checks import read_check
from bot.values import Annotation, Check, Repo

LOG = b"""\
##[group]Run pytest
##[endgroup]
E   AssertionError: three
tests/test_sum.py:7: AssertionError
##[error]Process completed with exit code 1.
"""


class Ci:
    """CI with this log, and with annotations or an error in their place."""

    def __init__(self, notes, log=LOG):
        self.notes, self.log = notes, log

    def fetch_job_log(self, repo, job, limit_bytes):
        return self.log

    def list_annotations(self, repo, check):
        if isinstance(self.notes, Exception):
            raise self.notes
        return self.notes


def read(ci):
    ports = replace(Ports(None, None, None), ci=ci)
    check = Check("test", "failed", "failure", "https://h/1", id=9, job=True)
    return read_check(ports, Repo("o/r"), check, frozenset(["tests/test_sum.py"]))


@pytest.mark.parametrize(
    "gone", [BadAnswer("odd"), Unreachable("GitHub answered 502"), Refusal("not granted")]
)
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
