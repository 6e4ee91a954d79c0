"""The second check of a repository in the sandbox, against the same in a bare environment.

The packages come from an index on this machine, as wheels made of what is installed here.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import distribution, version
from io import BytesIO
from pathlib import Path
from statistics import median
from zipfile import ZipFile

from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.toolchains import Supplies
from bot.values import (
    Branch,
    InstallationId,
    Patch,
    ProjectSetup,
    Remote,
    Repo,
    SandboxJob,
    SandboxResult,
    SandboxState,
    Tree,
)
from tests.adapters.sandbox.local_index import BYTES, LocalIndex, Reply, serve_index
from tests.benchmarks.table import Row
from tests.git_served import commit, git

PACKAGES = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")
MODULES, CASES, TIMES = 200, 5, 5
SETUP = ProjectSetup(("pip install pytest",), ("pyproject.toml",), ("python3",))
CHECK = "python -m pytest -q"


def rows(work: Path) -> list[Row]:
    """Run the check in both, in turn, after each has run it once."""
    obstacle = Bubblewrap().find_obstacle()
    if obstacle:
        return [Row("second check", obstacle, "", "")]
    with serve_index() as index:
        for package in PACKAGES:
            put_installed(index, package)
        return _measure(work, index)


def put_installed(index: LocalIndex, package: str) -> None:
    """Offer a package that is installed here as a wheel."""
    content = BytesIO()
    with ZipFile(content, "w") as wheel:
        for file in distribution(package).files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                wheel.write(str(file.locate()), str(file))
    path = f"/packages/{package}-{version(package)}-py3-none-any.whl"
    index.pages[path] = Reply(content.getvalue(), BYTES)
    index.pages[f"/simple/{package}/"] = Reply(f'<a href="{path}">{package}</a>'.encode())


def _measure(work: Path, index: LocalIndex) -> list[Row]:
    files = _lay(work / "bare")
    url = f"{index.url}/simple"
    python = _make_bare(work / "venv", url)
    tree, mirrors = _fetch(work, files)
    sandbox = LocalSandbox(
        work / "sandbox",
        mirrors,
        lambda: (Bubblewrap(), SandboxState("bubblewrap")),
        supplies=Supplies({"python": url}),
    )
    first = _time(lambda: _check(sandbox, tree, "one"))
    following = _time(lambda: _check(sandbox, tree, "two", "true"))
    bare, sandboxed = [], []
    for _ in range(TIMES):
        bare.append(_time(lambda: _check_bare(python, work / "bare")))
        sandboxed.append(_time(lambda: _check(sandbox, tree, "one")))
    ratio = median(sandboxed) / median(bare)
    return [
        Row("second check against a bare environment", f"{ratio:.2f}", "at most 1.3", "1"),
        Row("  the check", f"{median(sandboxed):.2f} s", "", f"{median(bare):.2f} s"),
        Row("  the first, with its set-up", f"{first:.1f} s", "", ""),
        Row("start of the second run of a repository", f"{following:.2f} s", "under 1 s", ""),
    ]


def _lay(folder: Path) -> dict[str, bytes]:
    """Lay a repository with many small tests, and return its files."""
    cases = "".join(f"def test_{n}():\n    assert {n} + 1 == add({n})\n" for n in range(CASES))
    files = {"pyproject.toml": b'[tool.pytest.ini_options]\npythonpath = ["."]\n'}
    for number in range(MODULES):
        files[f"pack/m{number}.py"] = b"def add(number):\n    return number + 1\n"
        test = f"from pack.m{number} import add\n{cases}"
        files[f"tests/test_m{number}.py"] = test.encode()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return files


def _make_bare(folder: Path, url: str) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(folder / "bin/pip"), "--isolated", "install", "-q", "-i", url, "pytest"]
    subprocess.run(install, check=True)
    return folder / "bin/python"


def _fetch(work: Path, files: dict[str, bytes]) -> tuple[Tree, GitMirrors]:
    origin = work / "origin.git"
    origin.mkdir()
    git(origin, "init", "-q", "--bare", "-b", "main")
    commit(origin, files)
    mirrors = GitMirrors(work / "mirrors", ("file",))
    repo = Repo("ada/engine", InstallationId(1))
    return mirrors.fetch(repo, Remote(origin.as_uri()), Branch("main")), mirrors


def _check(sandbox: LocalSandbox, tree: Tree, workspace: str, command: str = CHECK) -> None:
    done: SandboxResult = sandbox.run(
        SandboxJob(tree, Patch(), (command,), workspace, setups=(SETUP,))
    )
    if not done.has_passed:
        raise RuntimeError(done.obstacle or done.log.decode())


def _check_bare(python: Path, folder: Path) -> None:
    command = [str(python), *CHECK.split()[1:]]
    environment = {"PATH": os.defpath, "HOME": str(folder)}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)


def _time(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
