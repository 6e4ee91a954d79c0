"""The repository's checks, and commands, as the model runs them: what it may ask, what it reads,
what comes back into its change.
"""

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.adapters.log_cache import DiskLogCache
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.assembly import SystemClock
from bot.ports import Ports, Unreachable
from bot.run import from_json, to_json
from bot.tools import select_tools
from bot.tools.sandbox_job import TURN_S
from bot.values import (
    JobAnswer,
    Patch,
    ProjectCheck,
    ProjectChecks,
    ProjectSetup,
    RepoConfig,
    SandboxResult,
    SandboxState,
)
from tests.adapters.sandbox.sandboxed import SandboxScene
from tests.tier_required import require_tier
from tests.tool_caller import ToolCaller

PYTEST = f"{sys.executable} -m pytest -q -p no:cacheprovider"
FILES = {
    "cart.py": b"def total(prices):\n    return sum(prices[1:])\n",
    "tests/test_cart.py": b"from cart import total\n\n\ndef test_all():\n    assert total([1, 2]) == 3\n"
    b"\n\ndef test_none():\n    assert total([]) == 0\n",
    "web/package.json": b"{}\n",
    "web/package-lock.json": b"{}\n",
    "web/src/[id]/a.test.js": b"\n",
    ".github/workflows/ci.yml": b"on: push\n",
    "notes.txt": b"one\n",
}
CHECKS = ProjectChecks(
    (
        ProjectCheck(
            "test", "test", (PYTEST,), only=f"{PYTEST} {{only}}", environment={"PYTHONPATH": "."}
        ),
        ProjectCheck("test:web", "test", ("echo all",), only="printf '<%s>' {only}", folder="web"),
        ProjectCheck("format", "format", ("for name in *.txt *.py; do echo end >> $name; done",)),
        ProjectCheck("lint", "lint", ("echo; echo 'All checks passed!'",)),
        ProjectCheck("types", "types", ("mypy",), obstacle="mypy is not installed here."),
    ),
    left_out=("The job `deploy` is not run, as it needs secrets.",),
)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A repository in a mirror, and the sandbox's port over it; no tier keeps anything out."""
    made = SandboxScene(tmp_path_factory.mktemp("sandbox"))
    made.tree = made.lay(FILES)
    return made


@pytest.fixture
def caller(scene, tmp_path):
    """A model with a plan and a sandbox."""
    return make_caller(scene, scene.sandbox, tmp_path)


def make_caller(scene, sandbox, folder, project=CHECKS):
    logs = DiskLogCache(folder / "logs")
    ports = Ports(scene.mirrors, None, SystemClock(), log_cache=logs, sandbox=sandbox)
    made = ToolCaller(ports, scene.tree)
    made.context = replace(made.context, project=project, workspace=str(folder))
    return made


class OneResult:
    """A sandbox in which every job comes to this."""

    def __init__(self, result):
        self.result = result
        self.jobs = []

    def run(self, job):
        self.jobs.append(job)
        return self.result


def find_job(answer):
    """Find the number under which an answer says that its log is kept."""
    return int(re.search(r"that of job (-\d+)", answer)[1])


@pytest.mark.long
def test_a_fault_is_reproduced_mended_and_gone(caller):
    """What fails is read as CI's logs are: the test, the error, the place and its code; after the
    edit it passes, in a line.
    """
    red = caller.answer("run_check", name="test", only=["tests/test_cart.py::test_all"])
    caller.answer("edit_file", path="cart.py", edits=[{"old": "prices[1:]", "new": "prices"}])
    green = caller.answer("run_check", name="test")

    assert re.match(
        r"`test` failed in \d+(?:\.\d)? s with exit status 1\.\ntest-failure, read as", red
    )
    assert "\n| AssertionError: assert 2 == 3" in red
    assert "\nat | tests/test_cart.py:5 in test_all" in red
    assert "test | tests/test_cart.py::test_all" in red
    assert re.fullmatch(
        r"`test` passed in \d+(?:\.\d)? s: 2 passed\.\n\(For `log_lines` and `log_grep` its log of \d+ "
        r"lines is that of job -\d+\.\)",
        green,
    )
    job = find_job(red)
    assert "E       assert 2 == 3" in caller.answer("log_grep", job=job, text="assert 2")
    assert "FAILED tests/test_cart.py" in caller.answer("log_lines", job=job, start=1, end=99)


@pytest.mark.long
def test_a_command_runs_where_it_can_do_no_harm(scene, tmp_path):
    """Under bubblewrap: no network, nothing of this process, one folder; what it leaves there is
    found by the next one, and gone with the run.
    """
    tier = Bubblewrap()
    require_tier(tier)
    sandbox = LocalSandbox(
        tmp_path / "sandbox", scene.mirrors, lambda: (tier, SandboxState("bubblewrap"))
    )
    caller = make_caller(scene, sandbox, tmp_path)
    left = caller.answer("run", command="echo kept > left.txt; pwd; cat /etc/shadow; cat cart.py")
    shut = "import socket; socket.create_connection(('127.0.0.1', 3128), 1)"
    found = caller.answer("run", command=f'cat left.txt; python3 -c "{shut}"; env; false; echo on')
    sandbox.discard(str(tmp_path))

    assert "\n| /workspace\n" in left
    assert "| cat: /etc/shadow: No such file or directory\n| def total(prices):" in left
    assert "\n| kept\n" in found
    assert re.search(r"\n\| (?:OSError|ConnectionRefusedError): ", found)
    assert "ended after 0." in found
    assert "\n| on\n" in found
    assert not {"TERM", "PYTEST_CURRENT_TEST"} & set(re.findall(r"\| (\w+)=", found))
    assert [] == list((tmp_path / "sandbox" / "workspaces").rglob("left.txt"))


def test_what_a_long_command_says_last_is_read(caller):
    """A command that printed much and broke has its error before what it printed."""
    answer = caller.answer("run", command="seq 1 100; python3 -c 'import cart; cart.total(3)'")

    assert "\n| TypeError: 'int' object is not subscriptable\nat | cart.py:2 in total\n" in answer
    assert "From the log" not in answer
    assert "\n| 15\n| ... 46 lines left out ...\n" in answer


def test_what_a_command_prints_is_quoted(caller):
    """Each line, without what nobody sees and without secrets, so that none passes for ours."""
    line = (
        "printf 'a\\342\\200\\256b\\302\\205c\\033[31md\\nghp_%s\\n' 0123456789abcdefghij; exit 3"
    )
    answer = caller.answer("run", command=line)

    assert re.fullmatch(
        r"The command ended after 0\.\d s with exit status 3\.\n\| abcd\n\| \*\*\*\n"
        r"\(For `log_lines` and `log_grep` its log of 2 lines is that of job -\d+\.\)",
        answer,
    )
    job = find_job(answer)
    assert "***" in caller.answer("log_lines", job=job, start=1, end=2)
    assert b"ghp_0" not in caller.ports.log_cache.fetch(caller.tree.repo, job)


def test_a_long_output_is_shown_in_part(caller):
    """Its head and tail, whole lines of them, in a few thousand characters."""
    answer = caller.answer("run", command="seq 1 5000; head -c 9000 /dev/zero | tr '\\0' x")
    lines = answer.splitlines()

    assert ["| 1", "| 2"] == lines[1:3]
    assert "| ... 4,941 lines left out ..." == lines[16]
    assert "| 5000" == lines[-3]
    assert lines[-2].endswith("x ...")
    assert len(answer) < 2_000


@pytest.mark.parametrize(
    ("name", "only", "why"),
    [
        (
            "tests",
            None,
            "There is no check 'tests'. The checks here: test, test:web, format, lint.",
        ),
        ("types", None, "types cannot run here. mypy is not installed here."),
        ("lint", ["cart.py"], "lint can only run as a whole: leave `only` out."),
        ("test", ["--collect-only"], "'--collect-only' is neither"),
        ("test", ["/etc/passwd"], "'/etc/passwd' is neither"),
        ("test", ["tests/test_cart.py; curl x"], "is neither"),
        ("test", ["a.py\nb.py"], "is neither"),
        ("test", ["$(id)"], "is neither"),
        ("test", [" "], "is neither"),
        ("test", ["tests/../../etc"], "leads out of the repository"),
        ("test", ["tests/test_card.py"], "Did you mean tests/test_cart.py?"),
        ("test:web", ["tests/test_cart.py"], "is not in web, which is what this check is about."),
    ],
)
def test_what_cannot_be_run_is_said(caller, name, only, why):
    """With what can be, so that the next call is right; nothing runs."""
    assert why in caller.refusal("run_check", name=name, only=only)


def test_chosen_files_are_named_from_the_root(caller):
    """A check of a folder gets them as they are called there, each as one word."""
    names = ["./web/src/[id]/a.test.js", "web/src", "adds up (twice)"]

    assert "| <src/[id]/a.test.js><src><adds up (twice)>\n" in caller.answer(
        "run_check", name="test:web", only=names
    )


@pytest.mark.parametrize(
    ("line", "only", "words"),
    [
        ("go test {only}", ["web/src/a.test.js", "web/...", "web"], "./web/src ./web/... ./web"),
        ("python -m unittest {only}", ["tests/test_cart.py"], "tests.test_cart"),
        ("python -m unittest {only}", ["tests/test_cart.py::A::b"], "tests.test_cart.A.b"),
        ("cargo test {only}", ["cart::tests::adds"], "cart::tests::adds"),
        ("jest {only}", ["web/src/a.test.js"], "web/src/a.test.js"),
        ("pytest {only}", ["tests/test_cart.py::test_all[1-a b]"], "<id>"),
    ],
)
def test_each_tool_gets_the_names_that_it_takes(caller, line, only, words):
    """Files for most; packages for Go, modules for unittest, names of tests for Cargo."""
    check = ProjectCheck("test", "test", ("true",), only=f"echo {line}")
    caller.context = replace(
        caller.context,
        project=ProjectChecks((check,)),
        patch=Patch({"web/src/a.test.js": "\n"}),
    )
    said = line.replace("{only}", words.replace("<id>", only[0]))

    assert f"| {said}\n" in caller.answer("run_check", name="test", only=only)


@pytest.mark.parametrize(
    ("line", "only", "why"),
    [
        ("cargo test {only}", "cart.py", "takes names of tests, and no files."),
        ("go test {only}", "cart.py::TestA", "takes files and folders, and no tests inside"),
    ],
)
def test_names_that_a_tool_does_not_take_are_refused(caller, line, only, why):
    """Rather than run with something else in mind."""
    check = ProjectCheck("test", "test", ("true",), only=line)
    caller.context = replace(caller.context, project=ProjectChecks((check,)))

    assert why in caller.refusal("run_check", name="test", only=[only])


def test_only_the_change_is_rewritten(caller):
    """A formatter's work on files of the change is in the change; all else is dropped and told, and
    the next job does not see it.
    """
    caller.answer("create_file", path="new.txt", text="new\n")
    answer = caller.answer("run_check", name="format")

    assert {"new.txt": "new\nend\n"} == caller.files
    assert "It changed new.txt, and your change holds that now: `show_diff` shows it." in answer
    assert "Other changes that it made were dropped:\n| cart.py: " in answer
    assert "\n| notes.txt: " in answer
    assert "| one\n| new\n| end\n" in caller.answer("run", command="cat notes.txt new.txt")


def test_a_new_file_of_a_command_is_told(caller):
    """It stays for later commands, and is no part of the change: the model is told how it becomes
    one.
    """
    answer = caller.answer(
        "run", command="echo 'def f(): pass' > helper.py; mkdir dist; : > dist/x"
    )

    assert {} == caller.files
    assert "are no part of your change; `create_file` makes one that is:\n| helper.py" in answer
    assert "dist" not in answer


def test_before_a_plan_nothing_comes_back(caller):
    """Code is run to understand it; edits wait for the plan."""
    caller.context = replace(caller.context, plan=None, patch=Patch({"notes.txt": "two\n"}))
    answer = caller.answer("run_check", name="format")

    assert {"notes.txt": "two\n"} == caller.files
    assert "notes.txt: it is not for a command to change" in answer


def test_a_protected_file_is_not_rewritten(caller):
    """Not even one that the change holds; a lock comes back with its manifest, and only then."""
    work = {".github/workflows/ci.yml": "on: pull_request\n", "web/package.json": "{ }\n"}
    caller.context = replace(caller.context, patch=Patch(work))
    command = "for f in web/package-lock.json .github/workflows/ci.yml; do echo '#' >> $f; done"
    answer = caller.answer("run", command=command)

    assert {**work, "web/package-lock.json": "{}\n#\n"} == caller.files
    assert "| .github/workflows/ci.yml: it is not for a command to change" in answer


def test_a_change_that_grows_too_large_is_not_taken(caller):
    """The caps of a change hold for commands, too."""
    caller.context = replace(caller.context, config=RepoConfig(max_lines=50))
    caller.answer("create_file", path="new.txt", text="new\n")
    answer = caller.answer("run", command="seq 1 100 > new.txt")

    assert {"new.txt": "new\n"} == caller.files
    assert "What it wrote into new.txt was dropped: " in answer
    assert "The change has 100 changed lines" in answer


def test_the_same_check_is_not_run_twice(caller, scene):
    """Its answer is in the record. After an edit, or after a command that may have left something
    in the workspace, it runs.
    """

    def check():
        before = len(scene.tier.launches)
        answer = caller.answer("run_check", name="lint")
        return len(scene.tier.launches) > before, answer

    first, again = check(), check()
    caller.answer("create_file", path="new.txt", text="new\n")
    edited = check()
    caller.answer("run", command="mkdir -p build")
    moved = check()

    assert "All checks passed" in first[1]
    assert f"{first[1]}\n(It ran before on the very same files." in again[1]
    assert [True, False, True, True] == [first[0], again[0], edited[0], moved[0]]
    assert caller.context.jobs == from_json(to_json(caller.context.jobs), tuple[JobAnswer, ...])


def test_what_ended_a_job_is_said(scene, tmp_path):
    """A limit, with what was printed until then; a set-up that failed, with its log."""
    slow = SandboxResult(None, b"collecting\n", 600.4, "It was ended after 600 s of wall time.")
    unmade = SandboxResult(log=b"ERROR: No matching distribution\n", obstacle="The set-up failed.")

    assert (
        "`test` was ended after 600 s. It was ended after 600 s of wall time.\n| collecting\n"
    ) in make_caller(scene, OneResult(slow), tmp_path).answer("run_check", name="test")
    answer = make_caller(scene, OneResult(unmade), tmp_path).answer("run_check", name="test")
    assert answer.startswith("`test` did not run. The set-up failed.\n")
    assert "| ERROR: No matching distribution" in answer


def test_a_sandbox_that_fails_ends_no_run(scene, tmp_path):
    """The model goes on without it, and reads nothing of the machine."""

    class BrokenSandbox:
        def run(self, job):
            raise Unreachable("the sandbox's folder fails: /srv/greenlit: no space", "sandbox")

    refusal = make_caller(scene, BrokenSandbox(), tmp_path).refusal("run", command="ls")

    assert "The sandbox does not work now. Go on without it" in refusal
    assert "/srv" not in refusal


def test_what_a_limit_ended_runs_again(scene, tmp_path):
    """The machine may have been busy: its answer is no result to keep."""
    sandbox = OneResult(SandboxResult(None, b"", 600.4, "It was ended after 600 s."))
    caller = make_caller(scene, sandbox, tmp_path)
    caller.turn(("run_check", {"name": "test"}), ("run_check", {"name": "test"}))

    assert 2 == len(sandbox.jobs)


def test_a_command_has_less_time_than_a_check(scene, tmp_path):
    """Two minutes, in the environment of the tests."""
    sandbox = OneResult(SandboxResult(0))
    setup, other = ProjectSetup(("pip install -e .",)), ProjectSetup(("pip install ruff",))
    project = ProjectChecks(
        (
            ProjectCheck("lint", "lint", ("ruff check",), setups=(other,)),
            ProjectCheck("test", "test", ("pytest",), setups=(setup,)),
        ),
        (other, setup),
    )
    make_caller(scene, sandbox, tmp_path, project).answer("run", command="true")

    assert [(120.0, (setup,))] == [(job.limits.wall_s, job.setups) for job in sandbox.jobs]


@pytest.mark.parametrize("command", ["a\nb", "a\x00b", "a\u2028b", "\x1b[2J"])
def test_a_command_is_one_line(caller, command):
    """What a shell would take for two, or nobody sees, is refused."""
    assert "takes one line of text" in caller.refusal("run", command=command)


def test_people_are_heard_between_jobs(scene, tmp_path):
    """The jobs of one turn take a quarter of an hour at most, and one more is left for the next."""
    sandbox = OneResult(SandboxResult(0))
    caller = make_caller(scene, sandbox, tmp_path)
    times = iter(range(0, 10_000, int(TURN_S)))
    clock = SimpleNamespace(now=lambda: datetime.fromtimestamp(next(times), UTC))
    caller.ports = replace(caller.ports, clock=clock)
    outcome = caller.turn(("run", {"command": "true"}), ("run", {"command": "false"}))

    assert [False, True] == [result.is_error for result in outcome.results]
    assert "Run this in your next turn." in outcome.results[1].text
    assert (1, TURN_S) == (len(sandbox.jobs), outcome.sandbox_s)


def test_without_a_sandbox_nothing_is_offered(scene, tmp_path):
    """Neither the tools nor their names; a call all the same is refused."""
    caller = make_caller(scene, scene.sandbox, tmp_path, project=None)
    offered = {tool.name for tool in select_tools(["a.py"])}

    assert {"run", "run_check"}.isdisjoint(offered)
    assert {"run", "run_check"} < {tool.name for tool in select_tools(["a.py"], has_sandbox=True)}
    assert "run_check" not in caller.refusal("bash", command="ls")
    assert "No code can be run here" in caller.refusal("run", command="ls")
    assert "No code can be run here" in caller.refusal("run_check", name="test")


def test_a_log_that_is_gone_is_run_again(caller):
    """The cache has its limit, and other machines have their own."""
    assert "There is no log of job -5 here. Run it once more." == caller.refusal(
        "log_lines", job=-5, start=1, end=9
    )


def test_the_request_names_what_can_be_run(caller):
    """Each check with its command, and what cannot be run with the reason."""
    answer = caller.answer("read_request")

    assert (
        "Checks that can be run here, by `run_check`:\n"
        f"| test: {PYTEST}\n| test:web in web: echo all\n"
    ) in answer
    assert "| lint (as a whole only): echo; echo 'All checks passed!'\n" in answer
    assert (
        "Checks that cannot be run here:\n| types: mypy is not installed here.\n"
        "| The job `deploy` is not run, as it needs secrets.\n"
    ) in answer
    assert "are run by CI alone, never here" not in answer


def test_a_repository_without_checks_has_its_commands(scene, tmp_path):
    """So the model is told what it has instead."""
    caller = make_caller(scene, scene.sandbox, tmp_path, project=ProjectChecks())

    assert "`run` runs a command all the same." in caller.answer("read_request")
    assert "Try `run`." in caller.refusal("run_check", name="test")
