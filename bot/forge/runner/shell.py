"""Here live `run:` steps: a script goes to its shell, and what it prints goes to the log."""

from __future__ import annotations

import shlex
import shutil

from bot.forge.runner.file_commands import FileCommands
from bot.forge.runner.job_context import JobContext
from bot.forge.runner.job_log import JobLog
from bot.forge.runner.step_process import StepProcesses
from bot.forge.runner.workflow import StepSpec

# As GitHub documents them under `jobs.<job_id>.steps[*].shell`; bash is stricter when it is asked
# for by name.
_SHELLS = {
    "": "bash -e {0}",
    "bash": "bash --noprofile --norc -eo pipefail {0}",
    "sh": "sh -e {0}",
    "python": "python {0}",
}


def run_script(
    step: StepSpec,
    scene: JobContext,
    log: JobLog,
    processes: StepProcesses,
    answers: FileCommands,
    until: float,
) -> int | None:
    """The script's exit code; None when `until` (monotonic seconds) came first. Raises ValueError:
    unknown shell.
    """
    script = scene.filled(step.run).rstrip("\n")
    file = answers.folder / "script"
    file.write_text(script + "\n")
    environment = scene.environment(answers)
    argv = _argv(scene.filled(step.shell), environment["PATH"])
    _announce(script, argv, scene, log)
    try:
        where = scene.work / scene.filled(step.directory)
        code = processes.run(
            [part.replace("{0}", str(file)) for part in argv],
            where,
            environment,
            until,
            log.printed,
        )
    except OSError as error:
        log.fault(
            f"An error occurred trying to start process '{argv[0]}' with working directory '{where}'. {error}"
        )
        return 1
    if code:
        log.fault(f"Process completed with exit code {code}.")
    return code


def _argv(shell: str, path: str) -> list[str]:
    command = _SHELLS.get(shell, shell)
    if "{0}" not in command:
        raise ValueError(
            f"the shell '{shell}' is not known: it is bash, sh, python, or a command with {{0}}"
        )
    name, *rest = shlex.split(command)
    found = shutil.which(name, path=path) or (
        shutil.which("python3", path=path) if name == "python" else None
    )
    return [found or name, *rest]


def _announce(script: str, argv: list[str], scene: JobContext, log: JobLog) -> None:
    lines = script.splitlines() or [""]
    visible = [f"  {name}: {value}" for name, value in scene.visible.items()]
    log.group(
        f"Run {lines[0]}",
        *(f"\x1b[36;1m{line}\x1b[0m" for line in lines),
        f"shell: {' '.join(argv)}",
        *(["env:", *visible] if visible else []),
    )
