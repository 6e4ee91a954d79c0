"""What the sandbox's answers say of a change: proof, failure, old failure, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.ports import Ports
from bot.steps.check_locally import LocalWork, fill_names, prove_change, run_local_checks
from bot.values import (
    Branch,
    LocalCheck,
    Patch,
    ProjectCheck,
    ProjectChecks,
    ProjectSetup,
    Proof,
    Repo,
    SandboxJob,
    SandboxResult,
    Sha,
    Tree,
    TreeEntry,
)

TREE = Tree(Repo("o/r"), Sha("a" * 40), Branch("main"))
OLD = "def test_old():\n    assert greet()\n"
FILES = {"greet.py": "x = 1\n", "tests/test_greet.py": OLD, "tests/test_lone.py": OLD}
NEW = f"{OLD}\n\ndef test_new():\n    assert greet('x')\n"
PATCH = {"greet.py": "x = 2\n", "tests/test_greet.py": NEW, "tests/test_all.py": NEW}
SUITE = ProjectCheck("test", "test", ("pytest",), only="pytest {only}", folder="")
LINT = ProjectCheck("lint", "lint", ("ruff check",))
NAMES = ("tests/test_greet.py::test_new", "tests/test_all.py")
PASSED = SandboxResult(0, b"", 1.5)
STUCK = SandboxResult(limit_hit="It took too long.", took_s=9.0)
UNDONE = SandboxResult(obstacle="The set-up failed.", took_s=2.0)


def red(*tests, error="AssertionError: no\nE       more", path="tests/test_greet.py"):
    """A run in which these tests failed."""
    blocks = [
        f"___ {test} ___\n>       assert 0\nE       {error}\n\n{path}:3: {error.partition(':')[0]}\n"
        for test in tests
    ]
    lines = [f"FAILED {path}::{test} - {error.splitlines()[0]}" for test in tests]
    head, info = "=== FAILURES ===", "=== short test summary info ==="
    log = "\n".join([head, *blocks, info, *lines, f"=== {len(tests)} failed in 0.1s ==="])
    return SandboxResult(1, log.encode(), 2.5)


@dataclass
class Scripted:
    """A sandbox whose jobs end as it was told, one after the other, and a mirror of one tree."""

    results: list[SandboxResult]
    jobs: list[SandboxJob] = field(default_factory=list)
    patches: dict[Sha, Patch] = field(default_factory=dict)

    def run(self, job):
        """End the next job."""
        self.jobs.append(job)
        return self.results.pop(0)

    def overlay(self, tree, patch):
        """Remember the tree with the patch."""
        sha = Sha(str(len(self.patches)) * 40)
        self.patches[sha] = patch
        return replace(tree, sha=sha)

    def entries(self, tree):
        """List the files of a tree, and those of its patch."""
        paths = [*FILES, *self.patches.get(tree.sha, Patch()).files]
        return [TreeEntry(path, "100644", tree.sha, 1) for path in dict.fromkeys(paths)]

    def read(self, tree, paths):
        """Read files of the base."""
        return {path: FILES[path].encode() for path in paths if path in FILES}


def prepare(*results, checks=(LINT, SUITE), patch=PATCH):
    """Ports whose sandbox answers so, and the work on a change."""
    sandbox = Scripted(list(results))
    ports = replace(Ports(None, None, None), sandbox=sandbox, mirrors=sandbox)
    return ports, LocalWork(TREE, Patch(patch), ProjectChecks(tuple(checks)), "run"), sandbox


NO_CHECK = Proof("not possible", why="No check of the repository can run them here.")
OUTAGE = replace(red(), log=b"curl: (6) Could not resolve host: files.example.org\n")
PROOFS = {
    "some fail on the base": (
        [PASSED, red("test_new")],
        Proof("proved", NAMES[:1], "AssertionError: no", NAMES[1:]),
    ),
    "all fail on the base": (
        [PASSED, red("test_new", "test_all")],
        Proof("proved", NAMES[:1], "AssertionError: no", NAMES[1:]),
    ),
    "a file fails on the base": (
        [PASSED, red("test_old", path="tests/test_all.py")],
        Proof("proved", NAMES[1:], "AssertionError: no", NAMES[:1]),
    ),
    "a test with parameters": (
        [PASSED, red("TestGreet.test_new[1-x]")],
        Proof("proved", NAMES[:1], "AssertionError: no", NAMES[1:]),
    ),
    "the log names none": (
        [PASSED, replace(PASSED, exit_code=1, log=b"Segmentation fault\n")],
        Proof("proved", NAMES),
    ),
    "they pass on the base": ([PASSED, PASSED], Proof("passes before", unmoved=NAMES)),
    "the machine fails": ([UNDONE], Proof("not possible", why="The set-up failed.")),
    "they take too long": ([STUCK], Proof("not possible", why="It took too long.")),
    "the machine fails on the base": ([PASSED, UNDONE], Proof("not possible", why=UNDONE.obstacle)),
    "they take too long there": ([PASSED, STUCK], Proof("not possible", why="It took too long.")),
    "an outage on the base": (
        [PASSED, OUTAGE],
        Proof("not possible", why="On the base they fail for reasons of the machine."),
    ),
}


@pytest.mark.parametrize(("results", "proof"), PROOFS.values(), ids=PROOFS)
def test_a_change_is_proved_by_its_tests_failing_without_it(results, proof):
    """They run with the change, and then they alone on its base, with the same command."""
    ports, work, sandbox = prepare(*results)
    shown = prove_change(ports, work)
    tests = {path: text for path, text in PATCH.items() if path.startswith("tests/")}
    command = f"pytest --continue-on-collection-errors {' '.join(NAMES)}"

    assert proof == shown
    assert [PATCH, tests][: len(results)] == [job.patch.files for job in sandbox.jobs]
    assert [(command,)] * len(results) == [job.commands for job in sandbox.jobs]


def test_tests_that_fail_with_the_change_are_read():
    """With the places that only the change has; the base is not asked."""
    ports, work, sandbox = prepare(red("test_new", path="tests/test_all.py"))
    shown = prove_change(ports, work)

    assert ("fails here", NAMES) == (shown.kind, shown.tests)
    assert ["tests/test_all.py:3"] == [failure.place for failure in shown.reading.failures]
    assert 1 == len(sandbox.jobs)


def test_what_a_test_says_itself_is_quoted_before_what_is_new():
    """An import that fails on the base tells only that something is new; a line, and not too long."""
    both = replace(
        red("test_old", error="ImportError: cannot import name 'x'"),
        log=red("test_old", error="ImportError: cannot import name 'x'").log
        + b"\n"
        + red("test_new", error=f"ValueError: {'v' * 400}").log,
    )
    ports, work, _ = prepare(PASSED, both)
    failure = prove_change(ports, work).failure

    assert failure.startswith("ValueError: vvv")
    assert len(failure) <= 300


@pytest.mark.parametrize(
    ("patch", "checks", "proof"),
    [
        ({"greet.py": "x = 2\n"}, (SUITE,), Proof("no test")),
        ({"tests/test_greet.py": OLD}, (SUITE,), Proof("no test")),
        ({"tests/test_greet.py": None}, (SUITE,), Proof("no test")),
        (PATCH, (LINT,), NO_CHECK),
        (PATCH, (replace(SUITE, only=""),), NO_CHECK),
        (PATCH, (replace(SUITE, obstacle="There is no pytest here."),), NO_CHECK),
        (PATCH, (replace(SUITE, kind="lint"),), NO_CHECK),
        (PATCH, (replace(SUITE, folder="web"),), NO_CHECK),
    ],
)
def test_without_a_test_or_a_check_for_it_nothing_runs(patch, checks, proof):
    """A check is fit when it is one of tests, works here, and takes the files."""
    ports, work, sandbox = prepare(checks=checks, patch=patch)

    assert proof == prove_change(ports, work)
    assert [] == sandbox.jobs


def test_the_check_that_takes_most_of_the_tests_runs_them():
    """The first of equals; at most fifty tests."""
    inner = replace(SUITE, name="inner", folder="tests", only="inner {only}")
    outer = replace(SUITE, name="outer", only="outer/pytest {only}")
    last = replace(outer, only="last/pytest {only}")
    many = {f"tests/test_{number}.py": NEW for number in range(60)}
    for patch, count in (({**PATCH, "test_top.py": NEW}, 3), (many, 50)):
        ports, work, sandbox = prepare(PASSED, PASSED, checks=(inner, outer, last), patch=patch)
        prove_change(ports, work)
        (command,) = sandbox.jobs[0].commands

        assert ["inner" if patch is many else "outer/pytest"] == command.split()[:1]
        assert count == len(command.split()) - 1


RED, OTHER = red("test_old"), red("test_lone")
NEAREST = "Only the tests nearest to the change: It took too long."
STATES = {
    "it passes": ((SUITE,), [PASSED], ("passed", 1.5, "")),
    "it passes on the base": ((SUITE,), [RED, PASSED], ("failed", 2.5, "")),
    "it fails so on the base": ((SUITE,), [RED, RED], ("already red", 2.5, "")),
    "it fails so and more": ((SUITE,), [red("test_old", "test_b"), RED], ("failed", 2.5, "")),
    "less than on the base": ((SUITE,), [RED, red("test_old", "test_b")], ("already red", 2.5, "")),
    "it fails otherwise there": ((SUITE,), [RED, OTHER], ("failed", 2.5, "")),
    "the base cannot be tried": ((SUITE,), [RED, UNDONE], ("failed", 2.5, "")),
    "the base takes too long": ((SUITE,), [RED, STUCK], ("failed", 2.5, "")),
    "the machine fails": ((SUITE,), [UNDONE], ("not run", 2.0, "The set-up failed.")),
    "a linter takes too long": ((LINT,), [STUCK], ("not run", 9.0, "It took too long.")),
    "it does not work here": (
        (replace(SUITE, obstacle="There is no pytest."),),
        [],
        ("not run", 0.0, "There is no pytest."),
    ),
    "the nearest tests pass": ((SUITE,), [STUCK, PASSED], ("passed", 1.5, NEAREST)),
    "the nearest tests fail": ((SUITE,), [STUCK, RED, PASSED], ("failed", 2.5, "")),
    "the nearest were red": ((SUITE,), [STUCK, RED, RED], ("already red", 2.5, "")),
    "the nearest take too long": ((SUITE,), [STUCK, STUCK], ("not run", 9.0, "It took too long.")),
    "the nearest cannot be named": (
        (replace(SUITE, only=""),),
        [STUCK],
        ("not run", 0.0, "It took too long."),
    ),
}


@pytest.mark.parametrize(("checks", "results", "state"), STATES.values(), ids=STATES)
def test_a_check_tells_what_the_change_broke(checks, results, state):
    """What was red before is not its fault; what cannot be told of the base is."""
    ports, work, sandbox = prepare(*results, checks=checks)
    (check,) = run_local_checks(ports, work)
    nearest = ("pytest --continue-on-collection-errors tests/test_greet.py",)

    assert state == (check.state, check.took_s, check.why)
    assert checks[0].name == check.name
    assert [] == sandbox.results
    assert (check.state in ("failed", "already red")) is (check.reading is not None)
    if results[:1] == [STUCK]:
        assert [nearest] * len(sandbox.jobs[1:]) == [job.commands for job in sandbox.jobs[1:]]
    if check.reading:
        assert {} == sandbox.jobs[-1].patch.files
        assert check.reading.failures[0].test.endswith("test_old")


def test_a_failure_has_its_place_in_a_new_file():
    """As of the tree with the change."""
    ports, work, _ = prepare(red("test_new", path="tests/test_all.py"), PASSED, checks=(SUITE,))
    (check,) = run_local_checks(ports, work)

    assert "tests/test_all.py:3" == check.reading.failures[0].place


def test_what_is_quick_comes_first_and_no_more_than_eight():
    """A formatter judges nothing by itself."""
    kinds = ("test", "format", "lint", "types", "build", "test")
    checks = [replace(LINT, name=f"{kind}{at}", kind=kind) for at, kind in enumerate(kinds)]
    ports, work, _ = prepare(*[PASSED] * 5, checks=checks)
    many = prepare(*[PASSED] * 8, checks=[LINT] * 12)

    assert ["build4", "types3", "lint2", "test0", "test5"] == [
        check.name for check in run_local_checks(ports, work)
    ]
    assert 8 == len(run_local_checks(*many[:2]))


def test_a_job_has_all_that_its_check_asks_for():
    """Folder, variables, set-ups, and the workspace of the run."""
    setup = ProjectSetup(("npm ci",))
    check = replace(LINT, folder="web", environment={"A": "b"}, setups=(setup,))
    ports, work, sandbox = prepare(PASSED, checks=(check,))
    run_local_checks(ports, work)
    wanted = SandboxJob(TREE, Patch(PATCH), ("ruff check",), "run", "web", {"A": "b"}, (setup,))

    assert [wanted] == sandbox.jobs


@pytest.mark.parametrize(
    ("line", "filled"),
    [
        (
            "python -m pytest -q {only}",
            "python -m pytest --continue-on-collection-errors -q a 'b c'",
        ),
        ("npx vitest {only} --run", "npx vitest a 'b c' --run"),
        ("./pytest.sh {only}", "./pytest.sh a 'b c'"),
    ],
)
def test_names_are_quoted_for_the_shell(line, filled):
    """And pytest goes on after a file that cannot be imported."""
    assert filled == fill_names(line, ["a", "b c"])


def test_a_change_is_named_by_its_tree_and_its_texts():
    """In whatever order they were written."""
    _, work, _ = prepare()
    turned = replace(work, patch=Patch(dict(reversed(PATCH.items()))))
    others = [
        replace(work, tree=replace(TREE, sha=Sha("b" * 40))),
        replace(work, patch=Patch({**PATCH, "greet.py": None})),
        replace(work, patch=Patch({**PATCH, "greet.py": "\ud800"})),
    ]

    assert work.patch_id == turned.patch_id
    assert 4 == len({item.patch_id for item in (work, *others)})
    assert 16 == len(work.patch_id)


@pytest.mark.parametrize(
    ("proof", "line", "style"),
    [
        (Proof("proved", ("a::b",)), "a::b fails without the change", ""),
        (Proof("proved"), "", ""),
        (Proof("passes before"), "they pass without the change too", "magenta"),
        (Proof("fails here"), "they fail with the change", "red"),
        (Proof("no test"), "it adds and alters none", ""),
        (Proof("not possible", why="No.\x1b"), "not run: No.�", ""),
    ],
)
def test_a_proof_is_told_in_a_line(proof, line, style):
    """What keeps the change back stands out."""
    word, text = prove_change.summarize(proof)

    assert ("the new tests", line, style) == (word, text.plain, str(text.style))


def test_checks_are_told_in_a_line():
    """The failed stand out; without a check nothing is told."""
    listed = (LocalCheck("lint", "passed"), LocalCheck("test", "failed"))
    word, text = run_local_checks.summarize(listed)

    assert ("the checks", "lint passed, test failed") == (word, text.plain)
    assert [("red", "test failed")] == [
        (str(span.style), text.plain[span.start : span.end]) for span in text.spans if span.style
    ]
    assert run_local_checks.summarize(()) is None
