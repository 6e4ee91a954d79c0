"""Run `actions/setup-*`: use the tool that this machine has, say its version, or fail in words."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from bot.forge.runner.job_context import RunningStep


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A language's programs in order of preference, and the way to ask them for their version."""

    name: str
    programs: tuple[str, ...]
    version_argument: str
    version_pattern: str
    version_input: str


SETUP_PYTHON = Toolchain(
    "Python", ("python", "python3"), "--version", r"Python (\S+)", "python-version"
)
SETUP_NODE = Toolchain("Node.js", ("node",), "--version", r"v(\d\S*)", "node-version")
SETUP_GO = Toolchain("Go", ("go",), "version", r"go(\d\S*)", "go-version")
# Java 8 calls itself 1.8 (JEP 223).
SETUP_JAVA = Toolchain("Java", ("java",), "-version", r'version "(?:1\.)?([^"]+)"', "java-version")


def run_setup(toolchain: Toolchain, inputs: Mapping[str, str], step: RunningStep) -> int:
    """Return 0 when the machine has the tool in the major version that was asked for, else 1."""
    environment = dict(step.context.machine_env)
    program = _find_program(toolchain, environment.get("PATH", ""))
    if not program:
        step.log.write_error(
            f"This machine has no {toolchain.name}: there is no '{toolchain.programs[0]}' "
            "on its PATH, and the forge installs nothing."
        )
        return 1
    version = _read_version(toolchain, program, environment)
    if not version:
        step.log.write_error(
            f"The machine's {toolchain.name} at {program} did not tell its version."
        )
        return 1
    step.log.write_group(
        "Installed versions",
        f"The machine's own {toolchain.name} is used: {version} at {program}",
    )
    return _compare(toolchain.name, inputs.get(toolchain.version_input, ""), version, step)


def _find_program(toolchain: Toolchain, path: str) -> str:
    for program in toolchain.programs:
        if location := shutil.which(program, path=path):
            return location
    return ""


def _read_version(toolchain: Toolchain, program: str, environment: Mapping[str, str]) -> str:
    process = subprocess.run(
        [program, toolchain.version_argument],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    match = re.search(toolchain.version_pattern, process.stdout + process.stderr)
    return match[1] if match else ""


def _compare(name: str, wanted: str, version: str, step: RunningStep) -> int:
    """Fail for another major version and warn of another minor one.

    A range without a lower end (`lts/*`, `latest`, `>=18`) is taken as matching.
    """
    match = re.match(r"[v^~=\s]*(\d+(?:\.\d+)*)", wanted)
    if not match:
        return 0
    message = f"{name} {wanted} was asked for; this machine has {version}"
    numbers = match[1].split(".")
    actual = re.findall(r"\d+", version)
    if actual[0] != numbers[0]:
        step.log.write_error(f"{message}, and the forge installs nothing.")
        return 1
    if actual[: len(numbers)] != numbers and wanted[0].isdigit():
        step.log.write(f"##[warning]{message}.")
    return 0
