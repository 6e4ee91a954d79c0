"""The promises of the judge: what is broken is told with its test, what was red before is not."""

from __future__ import annotations

import sys

import pytest

from tests.benchmarks.drawn_refactorings import draw_refactorings
from tests.benchmarks.judged_copy import JudgedCopy, copy_repository

FILES = {
    "p/__init__.py": "",
    "p/a.py": "class C:\n    def go(self, n: int) -> int:\n        return n\n\n\ndef f():\n    return C().go(1)\n",
    "tests/test_a.py": "from p.a import f\n\n\ndef test_f():\n    assert 1 == f()\n\n\ndef test_red():\n    assert 0\n",
}


@pytest.mark.long
def test_the_suite_judges_what_changed(tmp_path):
    """A test that was red before does not count; one that turns red is named; and all is put back."""
    for path, text in FILES.items():
        (tmp_path / "source" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "source" / path).write_text(text)
    root = tmp_path / "copy"
    copy_repository(tmp_path / "source", root)
    copy = JudgedCopy(root, sys.executable, "")
    baseline = copy.measure_baseline()
    (root / "p/a.py").write_text(FILES["p/a.py"].replace("go(1)", "gone(1)"))
    broken = copy.judge()
    copy.restore()

    assert (["tests/test_a.py::test_red"], True) == (copy.failing, "1 passed" in baseline)
    assert not broken.is_green
    assert broken.evidence.startswith("tests/test_a.py::test_f: AttributeError")
    assert (FILES["p/a.py"], False) == ((root / "p/a.py").read_text(), copy.is_changed())


def test_the_same_seed_draws_the_same():
    """Of what a package has, methods and functions alike, and never of its tests."""
    counts = {"rename": 3, "move": 5, "async": 5}
    drawn = draw_refactorings(FILES, counts, seed=1)

    assert drawn == draw_refactorings(FILES, counts, seed=1)
    assert {"p.a.C", "p.a.C.go", "p.a.f"} == {each.name for each in drawn if each.act == "rename"}
    assert {"p.a.C", "p.a.f"} == {each.name for each in drawn if each.act == "move"}
    assert {"p.a.C.go", "p.a.f"} == {each.name for each in drawn if each.act == "async"}
