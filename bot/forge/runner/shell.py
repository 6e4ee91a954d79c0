"""Run `run:` steps: the script goes to its shell, and what it prints goes to the log."""

from __future__ import annotations

import shlex
import shutil

from bot.forge.runner.job_context import RunningStep
from bot.forge.runner.step_process import StepProcesses

# As GitHub documents them under `jobs.<job_id>.steps[*].shell`; bash is stricter when it is asked
# for by name.
_SHELLS = {
    "": "bash -e {0}",
    "bash": "bash --noprofile --norc -eo pipefail {0}",
    "sh": "sh -e {0}",
    "python": "python {0}",
}


def run_script(step: RunningStep, processes: StepProcesses) -> int | None:
    """Run the script and return its exit code; None when the step's deadline came first.

    Raises ValueError for an unknown shell.
    """
    context = step.context
    script = context.fill(step.spec.run).rstrip("\n")
    file = step.files.folder / "script"
    file.write_text(script + "\n")
    environment = context.environment(step.files)
    command = _shell_command(context.fill(step.spec.shell), environment["PATH"])
    _announce(script, command, step)
    argv = [part.replace("{0}", str(file)) for part in command]
    folder = context.workspace / context.fill(step.spec.directory)
    try:
        process = processes.start(argv, folder, environment)
    except OSError as error:
        step.log.write_error(
            f"An error occurred trying to start process '{command[0]}' "
            f"with working directory '{folder}'. {error}"
        )
        return 1
    code = processes.follow(process, step.deadline, step.log.write_output)
    if code:
        step.log.write_error(f"Process completed with exit code {code}.")
    return code


def _shell_command(shell: str, path: str) -> list[str]:
    command = _SHELLS.get(shell, shell)
    if "{0}" not in command:
        raise ValueError(
            f"the shell '{shell}' is not known: it is bash, sh, python, or a command with {{0}}"
        )
    name, *arguments = shlex.split(command)
    program = shutil.which(name, path=path)
    if program is None and name == "python":
        program = shutil.which("python3", path=path)
    return [program or name, *arguments]


def _announce(script: str, command: list[str], step: RunningStep) -> None:
    lines = script.splitlines() or [""]
    variables = [f"  {name}: {value}" for name, value in step.context.workflow_env.items()]
    if variables:
        variables.insert(0, "env:")
    step.log.write_group(
        f"Run {lines[0]}",
        *(f"\x1b[36;1m{line}\x1b[0m" for line in lines),
        f"shell: {' '.join(command)}",
        *variables,
    )
