"""Which artifacts of a run may hold reports of tests, and of which job they are."""

from __future__ import annotations

import pytest

from bot.logs.uploads import Uploads, choose_artifacts, find_job, find_uploads
from bot.values import Artifact

UPLOADED = (
    b"##[group]Run actions/upload-artifact@v4\n"
    b"2026-03-15T15:27:20.0592285Z Artifact py311 has been successfully uploaded! Final size is 41 bytes. Artifact ID is 12\n"
    b"Artifact old has been successfully uploaded!\n"
)


@pytest.mark.parametrize(
    ("log", "uploads"),
    [
        (UPLOADED, Uploads(frozenset([12]), frozenset(["old"]))),
        (b"##[group]Run pytest\n", Uploads()),
        (b"", Uploads(may_be_more=True)),
        (
            b"a\n... 12 bytes of this log are left out here ...\nb\n",
            Uploads(may_be_more=True),
        ),
    ],
)
def test_a_log_tells_what_its_job_uploaded(log: bytes, uploads: Uploads):
    """By number, or by name; one that is gone or cut may hide more."""
    assert uploads == find_uploads(log)
    assert uploads.are_none == (log == b"##[group]Run pytest\n")


def choose(*names: str, uploads: Uploads = Uploads(), size: int = 10) -> list[str]:  # noqa: B008
    artifacts = [Artifact(number, name, size) for number, name in enumerate(names, 10)]
    return [artifact.name for artifact in choose_artifacts(artifacts, [uploads], 100)]


def test_artifacts_are_chosen_by_their_names():
    """Those that surely hold reports first; none that holds something else."""
    sure = ["junit-3.11", "test-results", "surefire-reports", "unit_test_report (linux)"]
    never = ["coverage-report", "playwright-report", "screenshots", "dist", "build-logs", "docs"]

    assert [*sure, "reports"] == choose("reports", *sure, *never, "py311")
    assert ["coverage-test-results"] == choose("coverage-test-results")
    assert 6 == len(choose(*(f"junit-{number}" for number in range(20))))


def test_what_a_failed_job_uploaded_is_chosen_whatever_its_name():
    """Unless that says that it is something else; and before what others uploaded."""
    uploads = Uploads(frozenset([10, 13]), frozenset(["build-logs"]))
    names = ["py311", "build-logs", "junit", "coverage"]

    assert ["junit", "py311", "build-logs"] == choose(*names, uploads=uploads)


def test_of_one_name_the_newest_is_chosen_and_none_that_is_too_large():
    """Newest first is how they are listed; a log's own number outweighs it."""
    artifacts = [Artifact(9, "junit", 10), Artifact(8, "junit", 10), Artifact(7, "junit", 0)]

    assert artifacts[:1] == choose_artifacts(artifacts, [], 100)
    assert artifacts[1::-1] == choose_artifacts(artifacts, [Uploads(frozenset([8]))], 100)
    assert [] == choose("junit", size=101)


@pytest.mark.parametrize(
    ("name", "job"),
    [
        ("junit-3.11", "test (3.11)"),
        ("junit-py3.1", "test (3.1)"),
        ("results-windows-latest-3.11", "test (3.11, windows-latest)"),
        ("lint-report", "lint"),
        ("junit", ""),
        ("junit-ubuntu", ""),
        ("junit-13.11", ""),
        ("splint-report", ""),
    ],
)
def test_a_job_is_found_by_the_values_of_its_matrix(name: str, job: str):
    """Whole values: 3.1 is not in 3.11. In doubt no job is named."""
    jobs = ["lint", "test (3.1)", "test (3.11)"]
    if "windows" in name:
        jobs += ["test (3.11, windows-latest)", "test (3.12, windows-latest)"]

    assert job == find_job(Artifact(1, name, 10), jobs)
