"""Install, compile, start and test a new project in the sandbox."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from rich.text import Text

from bot.checks.setup_inputs import is_manifest
from bot.ports import Ports
from bot.project import order_steps
from bot.run import Summary, step
from bot.search.lock_files import KINDS
from bot.text.terminal_text import strip_control
from bot.tools.job_answer import JobTitle, find_end, render_result
from bot.tools.job_log import mask_log
from bot.tools.sandbox_job import number_log
from bot.tools.tree_files import TreeFiles, apply_patch
from bot.values import (
    Making,
    Patch,
    ProjectSetup,
    RunKey,
    SandboxJob,
    SandboxResult,
    Tree,
    Trial,
    TriedStep,
)
from bot.values.project import BuildStep, ProjectLanguage

PROGRAMS: Mapping[ProjectLanguage, str] = {
    "python": "python3",
    "typescript": "node",
    "javascript": "node",
    "go": "go",
}
BY_THE_BOT = ("init", "generate")
# What Go compiles stays in the workspace for the next step: its library takes a minute.
KEEP_GO_CACHE = 'export GOCACHE="$PWD/.go-build"'
# What asks an address once, prints the answer, and fails where there is none.
ASK_IN_PYTHON = (
    "python3 -c 'import sys, urllib.request as web; "
    "print(web.urlopen(sys.argv[1], timeout=5).read().decode())'"
)
ASK_IN_NODE = (
    "node -e 'fetch(process.argv[1]).then(async (answer) => "
    "{ console.log(await answer.text()); process.exit(answer.ok ? 0 : 1); })'"
)
ASKING: Mapping[ProjectLanguage, str] = {
    "python": ASK_IN_PYTHON,
    "typescript": ASK_IN_NODE,
    "javascript": ASK_IN_NODE,
    "go": ASK_IN_PYTHON,
}
SILENT = "The service does not answer at"
# What the service prints is shown where it does not answer.
ASK_SERVICE = """\
log="${{TMPDIR:-/tmp}}/service.log"
( {command} ) > "$log" 2>&1 &
service=$!
tries=0
until {ask} {url} 2> "$log.asked"; do
  tries=$((tries + 1))
  if ! kill -0 $service 2> /dev/null; then
    cat "$log"; tail -n 1 "$log.asked"
    echo "The service ended before it answered at" {url}
    exit 1
  elif [ $tries -ge 40 ]; then
    cat "$log"; tail -n 1 "$log.asked"
    echo "{silent}" {url}
    kill $service 2> /dev/null || :
    exit 1
  fi
  sleep 0.25
done
kill $service"""
# What runners print that end well without a test: unittest, node, Go, Jest's and Vitest's options.
NO_TESTS = re.compile(
    rb"^(?:Ran 0 tests in |(?:#|\xe2\x84\xb9) tests 0$|\?\s+\S+\s+\[no test files\]|No tests)",
    re.MULTILINE,
)
SOME_TESTS = re.compile(rb"^ok\s+\S+\s", re.MULTILINE)  # of another package of Go's
MIRROR = "http://127.0.0.1:"  # an address that helps nobody outside of the sandbox
NO_NETWORK = "There is a network for `install` alone, and only for packages."


@dataclass(frozen=True, slots=True)
class ProjectWork:
    """What is tried: the plan, the files, and the workspace that is kept between trials."""

    tree: Tree
    making: Making
    patch: Patch
    key: RunKey


def _summarize_trial(trial: Trial) -> Summary:
    if trial.obstacle:
        return "try it", Text(strip_control(trial.obstacle), "magenta")
    lines = Text("\n").join(
        Text(strip_control(tried.line), "" if tried.state == "passed" else "red")
        for tried in trial.steps
    )
    return "try it", lines


@step("try_project", _summarize_trial)
def try_project(ports: Ports, work: ProjectWork) -> Trial:
    """Do the steps of the workflow in their order, up to the first that fails.

    Raises Unreachable where the sandbox does: that is nothing for the model to mend.
    """
    if obstacle := _find_obstacle(ports, work.making):
        return Trial(obstacle=obstacle)
    _, workflow = work.making.planned
    tried: list[TriedStep] = []
    locks: dict[str, str] = {}
    for build_step in order_steps(workflow):
        if build_step.name in BY_THE_BOT:
            continue
        done, changes = _try_step(ports, work, build_step)
        tried.append(done)
        locks |= {path: text for path, text in changes.items() if text and MIRROR not in text}
        if done.state != "passed":
            break
    return Trial(tuple(tried), locks=locks)


def make_setup(making: Making, patch: Patch) -> ProjectSetup:
    """Make the set-up in which all steps run: what `install` brings, the only one with a network.

    It is made anew when a manifest changes.
    """
    _, workflow = making.planned
    install = next((step.command for step in workflow.steps if step.name == "install"), "")
    manifests = tuple(path for path in sorted(patch.files) if is_manifest(path))
    program = PROGRAMS[making.agreed.language]
    return ProjectSetup((install,) if install else (), manifests, (program,), source="install")


def _find_obstacle(ports: Ports, making: Making) -> str:
    """Say why nothing of it can be run on this machine; empty when it can."""
    state = ports.sandbox.describe()
    if state.tier == "none":
        return state.reason or "There is no sandbox here."
    program = PROGRAMS[making.agreed.language]
    if program not in ports.sandbox.find_machine().programs:
        return f"This machine has no {program}."
    return ""


def _try_step(
    ports: Ports, work: ProjectWork, build_step: BuildStep
) -> tuple[TriedStep, dict[str, str | None]]:
    """Do a step. What installing left beside the files, such as a lock file, comes back with it."""
    is_install = build_step.name == "install"
    job = SandboxJob(
        work.tree,
        work.patch,
        _write_commands(build_step, work.making.agreed.language),
        f"{work.key}/trial",
        setups=(make_setup(work.making, work.patch),),
        returns=_list_new_locks(work.patch) if is_install else (),
    )
    result = _run(ports, job)
    result = replace(result, log=mask_log(ports, result.log))
    number = number_log(job)
    ports.log_cache.store(work.tree.repo, number, result.log)
    missing = _find_missing_output(build_step, result) or _find_no_tests(build_step, result)
    if missing:
        result = replace(result, exit_code=1)
    files = TreeFiles(ports.mirrors, apply_patch(ports, work.tree, work.patch))
    title = JobTitle(f"`{build_step.name}`", is_check=True, log=number)
    hint = NO_NETWORK if result.obstacle else ""
    parts = filter(None, [render_result(title, result, files), missing, hint])
    answer = f"`{build_step.command}`\n" + "\n".join(parts)
    conclusion = _conclude(build_step, result, answer, missing or _find_silence(result))
    return conclusion, result.changes


def _list_new_locks(patch: Patch) -> tuple[str, ...]:
    """List the lock files that may appear beside the manifests."""
    folders = {PurePosixPath(path).parent for path in patch.files if is_manifest(path)}
    locks = {str(folder / name) for folder in folders for name in KINDS}
    return tuple(sorted(locks - patch.files.keys()))


def _run(ports: Ports, job: SandboxJob) -> SandboxResult:
    """Run the job. Its time includes the set-up, which the first job waits for."""
    began = ports.clock.now()
    result = ports.sandbox.run(job)
    took_s = (ports.clock.now() - began).total_seconds()
    return replace(result, took_s=round(took_s, 3))


def _write_commands(build_step: BuildStep, language: ProjectLanguage) -> tuple[str, ...]:
    """Write the lines that do a step. What `install` brings is there when any job begins."""
    if build_step.name == "install":
        return (":",)
    kept = (KEEP_GO_CACHE,) if language == "go" else ()
    if not build_step.url:
        return (*kept, build_step.command)
    lines = ASK_SERVICE.format(
        command=build_step.command,
        ask=ASKING[language],
        url=shlex.quote(build_step.url),
        silent=SILENT,
    )
    return (*kept, *lines.splitlines())


def _find_missing_output(build_step: BuildStep, result: SandboxResult) -> str:
    """Say that the command printed other than what proves it; empty where it did."""
    wanted = build_step.expected_output
    if not wanted or not result.has_passed or wanted in result.log.decode(errors="replace"):
        return ""
    return f"It ended well, but did not print what proves it: {wanted!r}."


def _find_no_tests(build_step: BuildStep, result: SandboxResult) -> str:
    """Say that the step that runs the tests found none; empty where it ran some."""
    has_run = build_step.name != "check" or not NO_TESTS.search(result.log)
    if has_run or not result.has_passed or SOME_TESTS.search(result.log):
        return ""
    return "It ended well, but ran no test."


def _find_silence(result: SandboxResult) -> str:
    """Find the line that says where a service does not answer; empty where it does."""
    log = result.log.decode(errors="replace")
    return next((line for line in log.splitlines() if line.startswith(SILENT)), "")


def _conclude(build_step: BuildStep, result: SandboxResult, answer: str, cause: str) -> TriedStep:
    """Conclude how a step ended. `cause` says why it failed where the log's first line does not."""
    state: Literal["passed", "failed"] = "passed" if result.has_passed else "failed"
    end = find_end(answer.partition("\n")[2]) or answer.partition("\n")[2].partition("\n")[0]
    if cause:
        end = f"{end.splitlines()[0]}\n{cause}"
    return TriedStep(build_step.name, state, end.replace("`", ""), answer, result.took_s)
