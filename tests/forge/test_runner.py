"""Tests of the forge's runner: workflows are really read, their steps really run in a shell."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.forge.runner import JobResult, parse_workflow, run_job
from bot.values import Annotation
from tests.forge.runner_log import LOG_LINE, PATH, GitCommit, make_bare_repository, plain_lines

Play = Callable[..., JobResult]


@pytest.fixture(scope="session")
def commit(tmp_path_factory: pytest.TempPathFactory) -> GitCommit:
    """A bare repository with one commit: two files, one of them executable."""
    return make_bare_repository(tmp_path_factory.mktemp("seed"))


@pytest.fixture
def play(tmp_path: Path, commit: GitCommit) -> Play:
    """Runs the steps given as YAML (indented as under `steps:`) and returns the job's result."""

    def run(steps: str, job: str = "", env: Mapping[str, str] | None = None) -> JobResult:
        text = f"name: CI\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n{job}    steps:\n{steps}"
        (spec,) = parse_workflow(text, "push", "main")
        return run_job(
            spec, commit.git_dir, commit.sha, tmp_path / "work", {"PATH": PATH, **(env or {})}
        )

    return run


def test_a_green_job_is_a_success(play: Play):
    """A job whose steps all exit 0 is a success, and every step is listed in order."""
    result = play("    - run: echo one\n    - name: Two\n      run: echo two\n")

    assert result.conclusion == "success"
    assert [step.name for step in result.steps] == [
        "Set up job",
        "Run echo one",
        "Two",
        "Complete job",
    ]
    assert [step.number for step in result.steps] == [1, 2, 3, 4]


def test_the_log_has_the_shape_of_actions(play: Play):
    """A BOM, a timestamp before each line, the command's group with shell and env, its output, the
    exit code.
    """
    result = play(
        "    - run: |\n        echo $WORD\n        exit 3\n      env:\n        WORD: hello\n"
    )
    lines = plain_lines(result)
    at = lines.index("##[group]Run echo $WORD")

    assert result.log.startswith(b"\xef\xbb\xbf20")
    assert all(LOG_LINE.match(line) for line in result.log.decode("utf-8-sig").splitlines())
    assert lines[at + 1 : at + 3] == ["\x1b[36;1mecho $WORD\x1b[0m", "\x1b[36;1mexit 3\x1b[0m"]
    assert re.fullmatch(r"shell: \S*bash -e \{0\}", lines[at + 3])
    assert lines[at + 4 : at + 8] == ["env:", "  WORD: hello", "##[endgroup]", "hello"]
    assert lines[at + 8] == "##[error]Process completed with exit code 3."


def test_a_red_step_ends_the_job_but_for_those_that_want_it(play: Play):
    """After a failure, plain steps are skipped; failure() and always() run."""
    result = play(
        "    - run: exit 1\n    - run: echo no\n    - run: echo f\n      if: failure()\n"
        "    - run: echo a\n      if: ${{ always() && github.ref_name == 'main' }}\n"
    )
    steps = {step.name: step.conclusion for step in result.steps}

    assert result.conclusion == "failure"
    assert [steps[f"Run {run}"] for run in ("exit 1", "echo no", "echo f", "echo a")] == [
        "failure",
        "skipped",
        "success",
        "success",
    ]


def test_continue_on_error_forgives(play: Play):
    """A step that may fail leaves the job green; its outcome tells later steps the truth."""
    result = play(
        "    - id: may\n      run: exit 1\n      continue-on-error: true\n"
        "    - run: echo was ${{ steps.may.outcome }} and ${{ steps.may.conclusion }}\n"
    )

    assert result.conclusion == "success"
    assert "was failure and success" in plain_lines(result)


def test_checkout_brings_the_whole_commit(play: Play):
    """actions/checkout writes every file of the commit, modes kept, export-ignore ignored."""
    result = play("    - uses: actions/checkout@v4\n    - run: cat src/a.txt && ./go.sh\n")

    assert result.conclusion == "success"
    assert plain_lines(result)[plain_lines(result).index("hello") :][:2] == ["hello", "went"]
    assert "Post Run actions/checkout@v4" in [step.name for step in result.steps]
    assert "Post job cleanup." in plain_lines(result)


def test_without_checkout_there_are_no_files(play: Play):
    """Nothing is checked out that no step asked for."""
    assert "0" in plain_lines(play("    - run: ls | wc -l | tr -d ' '\n"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("repository: other/thing", "can only check out this repository, not 'other/thing'"),
        ("path: ../../out", "is not under"),
        ("ref: no-such-branch", "The process 'git' failed with exit code"),
    ],
)
def test_a_checkout_that_cannot_be_is_red(play: Play, given: str, message: str):
    """Another repository, a path outside the workspace and an unknown ref are refused."""
    result = play(f"    - uses: actions/checkout@v4\n      with:\n        {given}\n")

    assert result.conclusion == "failure"
    assert message in result.annotations[0].message


def test_an_unknown_action_is_refused(play: Play):
    """What the forge cannot run fails, and says so; it is never passed over in silence."""
    result = play("    - uses: docker/build-push-action@v6\n")

    assert result.conclusion == "failure"
    assert "cannot run 'docker/build-push-action@v6'" in result.annotations[0].message


@pytest.mark.parametrize(
    "job", ["    container: node:22\n", "    services:\n      db:\n        image: postgres\n"]
)
def test_containers_are_refused(play: Play, job: str):
    """A job that wants a container or a service is red: the forge has none."""
    assert play("    - run: true\n", job).conclusion == "failure"


def test_the_environment_is_clean(play: Play):
    """Steps see what was passed, CI and GITHUB_*, and nothing of the forge's own environment."""
    result = play(
        "    - run: env | cut -d= -f1 | sort | tr '\\n' ' '\n",
        env={"MINE": "1", "GITHUB_REPOSITORY": "o/r"},
    )
    names = next(line for line in plain_lines(result) if line.startswith("CI ")).split()
    own = {name for name in names if not name.startswith(("GITHUB_", "RUNNER_"))}

    assert {"CI", "MINE", "PATH", "PWD", "SHLVL", "_"} == own
    assert {"GITHUB_SHA", "GITHUB_WORKSPACE", "GITHUB_REPOSITORY", "GITHUB_ENV"} <= set(names)


def test_steps_speak_to_later_steps(play: Play):
    """GITHUB_ENV, GITHUB_PATH and GITHUB_OUTPUT reach the steps that follow."""
    result = play(
        "    - id: first\n      run: |\n"
        "        echo 'A=one' >> $GITHUB_ENV\n"
        "        printf 'B<<END\\nx\\ny\\nEND\\n' >> $GITHUB_ENV\n"
        "        mkdir tools; printf '#!/bin/sh\\necho my tool' > tools/mytool; chmod +x tools/mytool\n"
        "        echo $PWD/tools >> $GITHUB_PATH\n"
        "        echo 'answer=42' >> $GITHUB_OUTPUT\n"
        "        echo '# Sum' >> $GITHUB_STEP_SUMMARY\n"
        "    - run: |\n        echo $A:$B; mytool; echo out ${{ steps.first.outputs.answer }} ${{ env.A }}\n"
    )
    lines = plain_lines(result)

    assert result.conclusion == "success"
    assert lines[lines.index("one:x y") :][:3] == ["one:x y", "my tool", "out 42 one"]


@pytest.mark.parametrize("line", ["no equals sign", "GITHUB_SHA=1", "A<<END"])
def test_a_malformed_file_fails_the_step(play: Play, line: str):
    """A line that is no assignment, a forbidden name and a missing delimiter are errors, as on
    GitHub.
    """
    assert play(f'    - run: echo "{line}" >> $GITHUB_ENV\n').conclusion == "failure"


def test_env_of_the_step_wins(play: Play):
    """A step's env is above the job's; expressions see both."""
    result = play(
        "    - run: echo $A ${{ env.A }} $B\n      env:\n        A: step\n",
        "    env:\n      A: job\n      B: ${{ github.sha }}\n",
    )

    assert any(re.fullmatch(r"step step [0-9a-f]{40}", line) for line in plain_lines(result))


@pytest.mark.parametrize(
    ("shell", "run", "conclusion"),
    [
        ("bash", "false | true", "failure"),
        ("sh", "false | true", "success"),
        ("python", "import sys; sys.exit(0)", "success"),
        ("bash -c 'source {0}; true'", "false", "success"),
        ("fish-that-is-not-there {0}", "true", "failure"),
        ("pwsh", "true", "failure"),
    ],
)
def test_shells(play: Play, shell: str, run: str, conclusion: str):
    """bash asked for by name has pipefail; sh and python work; a template is obeyed; what is not
    there is red.
    """
    assert conclusion == play(f'    - run: {run}\n      shell: "{shell}"\n').conclusion


def test_working_directory(play: Play):
    """A step runs where it says, or where the defaults say; a folder that is not there is red."""
    job = "    defaults:\n      run:\n        working-directory: src\n"
    checkout = "    - uses: actions/checkout@v4\n"

    assert "hello" in plain_lines(play(f"{checkout}    - run: cat a.txt\n", job))
    assert (
        play(f"{checkout}    - run: cat a.txt\n      working-directory: nowhere\n", job).conclusion
        == "failure"
    )


def test_workflow_commands(play: Play):
    """Errors and warnings become log lines and annotations; groups, masks and debug lines are
    obeyed.
    """
    result = play(
        "    - run: |\n"
        '        echo "::error file=$PWD/src/a.py,line=7,title=T::bad%0Athing"\n'
        "        echo '::warning::careful'\n        echo '::group::Inside'\n        echo '::endgroup::'\n"
        "        echo '::add-mask::hunter2'; echo pass hunter2; echo '::error::hunter2'\n"
        "        echo '::debug::nothing'\n"
        "        echo '::stop-commands::tok'; echo '::error::not obeyed'; echo '::tok::'; echo '::notice::again'\n"
    )
    lines = plain_lines(result)
    at = lines.index("##[error]bad")

    assert lines[at : at + 5] == [
        "##[error]bad",
        "thing",
        "##[warning]careful",
        "##[group]Inside",
        "##[endgroup]",
    ]
    assert lines[at + 5 : at + 8] == ["::add-mask::***", "pass ***", "##[error]***"]
    assert "##[notice]again" in lines
    assert "::error::not obeyed" in lines
    assert not any("nothing" in line for line in lines if "echo" not in line)
    assert (
        Annotation("src/a.py", 7, "failure", "bad\nthing"),
        Annotation(".github", 1, "warning", "careful"),
        Annotation(".github", 1, "failure", "***"),
        Annotation(".github", 1, "notice", "again"),
    ) == result.annotations


def test_annotations_are_limited(play: Play):
    """GitHub keeps ten annotations of a level and step; so does the forge."""
    result = play("    - run: for i in $(seq 30); do echo ::error::$i; done\n")

    assert len(result.annotations) == 10


def test_a_step_that_takes_too_long_is_killed_with_its_children(play: Play, tmp_path: Path):
    """The step's whole group is dead, and the step is red."""
    began = time.monotonic()
    result = play(
        f"    - run: sh -c 'sleep 2; touch {tmp_path}/alive' & sleep 60\n      timeout-minutes: 0.005\n"
    )
    time.sleep(max(0.0, began + 2.5 - time.monotonic()))

    assert result.conclusion == "failure"
    assert "has timed out after 0.005 minutes" in result.annotations[0].message
    assert not (tmp_path / "alive").exists()


def test_a_job_that_takes_too_long_is_cancelled(play: Play):
    """Only an annotation tells why; nothing runs after it."""
    result = play(
        "    - run: sleep 60\n    - run: echo no\n      if: always()\n",
        "    timeout-minutes: 0.005\n",
    )
    steps = {step.name: step.conclusion for step in result.steps}

    assert result.conclusion == "cancelled"
    assert "exceeded the maximum execution time of 0.005m0s" in result.annotations[0].message
    assert "##[error]The operation was canceled." in plain_lines(result)
    assert {"cancelled", "skipped"} == {steps["Run sleep 60"], steps["Run echo no"]}


def test_what_runs_in_the_background_lives_till_the_job_ends(play: Play, tmp_path: Path):
    """A server that one step started answers the next; it is dead when the job is over."""
    result = play(
        "    - run: sleep 60 >/dev/null 2>&1 & echo $! > pid\n    - run: kill -0 $(cat pid) && echo lives\n"
    )
    process = Path("/proc") / (tmp_path / "work" / "pid").read_text().strip() / "stat"
    deadline = time.monotonic() + 60
    while (
        not is_dead(process) and time.monotonic() < deadline
    ):  # it was killed, and may not have noticed yet
        time.sleep(0.01)

    assert "lives" in plain_lines(result)
    assert is_dead(process)


def is_dead(process: Path) -> bool:
    """A zombie is dead; whether it is reaped is up to the machine's first process."""
    try:
        return process.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_signal_is_told_as_a_shell_tells_it(play: Play):
    """A killed shell's exit code is 128 and the signal."""
    assert "##[error]Process completed with exit code 137." in plain_lines(
        play("    - run: kill -9 $$\n")
    )


def test_a_flood_is_cut_in_the_middle(play: Play):
    """At most 10 MB are kept, head and tail, and the gap is told; one endless line does not fill
    the memory.
    """
    result = play(
        "    - run: |\n        echo first\n"
        "        yes 0123456789 | head -c 14000000 | tr -d '\\n'; echo; echo last; exit 1\n"
    )
    lines = plain_lines(result)

    assert len(result.log) < 10_010_000
    assert "first" in lines
    assert "last" in lines
    assert any("lines were left out here" in line for line in lines)
    assert "##[error]Process completed with exit code 1." in lines


@pytest.mark.parametrize(
    "text", ["${{ nothing.x }}", "${{ 1 + }}", "${{ guess() }}", "${{ 'open }}"]
)
def test_an_expression_that_is_not_understood_is_red(play: Play, text: str):
    """A step with such an expression fails with words; it is not run with a hole in it."""
    result = play(f'    - run: echo "{text}" ran\n')

    assert result.conclusion == "failure"
    assert not any(line.endswith(" ran") for line in plain_lines(result))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("github.event_name == 'PUSH'", "true"),
        ("github.nothing", ""),
        ("secrets.TOKEN", ""),
        ("runner.os != '' && 'yes' || 'no'", "yes"),
        ("!(1 < 2) || contains('abc', 'B')", "true"),
        ("format('{0}-{1}{{}}', 'a', 3)", "a-3{}"),
        ("startsWith(github.ref, 'refs/heads/')", "true"),
        ("fromJSON('[10, 20]')[1]", "20"),
        ("hashFiles('nothing*')", ""),
        ("github['ref_name']", "main"),
    ],
)
def test_expressions(play: Play, expression: str, expected: str):
    """Contexts, comparisons, logic and functions give what GitHub's documentation says."""
    assert f"<{expected}>" in plain_lines(
        play(f'    - run: |\n        echo "<${{{{ {expression} }}}}>"\n')
    )


def test_a_job_whose_condition_is_false_is_skipped(play: Play):
    """It has no steps and no log."""
    assert JobResult("skipped") == play("    - run: true\n", "    if: github.ref_name == 'other'\n")


@pytest.mark.parametrize(
    ("on", "event", "branch", "runs"),
    [
        ("on: push", "push", "main", True),
        ("on: push", "pull_request", "main", False),
        ("on: [push, pull_request]", "pull_request", "x", True),
        ("'on': {push: {branches: [main]}}", "push", "main", True),
        ("on: {push: {branches: [main]}}", "push", "greenlit/7-x", False),
        ("on: {push: {branches: ['greenlit/**']}}", "push", "greenlit/7/x", True),
        ("on: {push: {branches: ['*']}}", "push", "a/b", False),
        ("on: {push: {branches: ['v[12].[0-9]+', '!v2.*']}}", "push", "v1.10", True),
        ("on: {push: {branches: ['v[12].[0-9]+', '!v2.*']}}", "push", "v2.10", False),
        ("on: {push: {branches-ignore: ['greenlit/**']}}", "push", "greenlit/x", False),
        ("on: {push: {branches-ignore: ['greenlit/**']}}", "push", "main", True),
        ("on: {push: {tags: ['v*']}}", "push", "main", False),
        ("on: {pull_request: }", "pull_request", "main", True),
        ("on: {pull_request: {types: [labeled]}}", "pull_request", "main", False),
        ("on: {workflow_dispatch: }", "push", "main", False),
    ],
)
def test_which_events_start_a_workflow(on: str, event: str, branch: str, runs: bool):
    """`on:` is read in all its forms, with branch globs as GitHub documents them."""
    text = f"{on}\njobs:\n  a:\n    steps:\n    - run: echo\n"

    assert runs == bool(parse_workflow(text, event, branch))  # type: ignore[arg-type]


def test_a_matrix_is_spread():
    """The product, less what is excluded, more what is included; each cell has its name."""
    text = (
        "on: push\njobs:\n  t:\n    needs: [lint]\n    strategy:\n      matrix:\n"
        "        py: ['3.11', '3.12']\n        db: [a, b]\n"
        "        exclude: [{py: '3.12', db: b}]\n        include: [{db: a, fast: true}, {py: '3.14'}]\n"
        "    name: T ${{ matrix.py }}${{ matrix.db }}\n    steps:\n    - run: echo\n"
    )
    jobs = parse_workflow(text, "push", "main")

    assert [job.name for job in jobs] == ["T 3.11a", "T 3.11b", "T 3.12a", "T 3.14"]
    assert jobs[0].matrix == {"py": "3.11", "db": "a", "fast": True}
    assert jobs[0].needs == ("lint",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("on: push\njobs:\n  a: [", "line 3"),
        ("on: push\n\tjobs: 1", "line 2"),
        ("[" * 5000, "line 1"),
        ("on: push\njobs:\n  a:\n    steps: x", "jobs.a.steps must be a list"),
        ("on: push\njobs:\n  a:\n    steps:\n    - name: x", "needs either 'run' or 'uses'"),
        ("on: push\njobs: {}", "no jobs"),
        ("- 1", "must be a mapping"),
        (
            "on: push\njobs:\n  a:\n    strategy: {matrix: {x: '${{ 1 }}'}}\n    steps:\n    - run: echo",
            "must be a list",
        ),
    ],
)
def test_a_broken_workflow_is_told_with_its_place(text: str, words: str):
    """Bad YAML names the line; a bad shape names the key."""
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_workflow(text, "push", "main")
