"""A set-up in a real sandbox: packages come through the mirror, and from nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.tier import WORK
from bot.adapters.sandbox.toolchains import Supplies
from bot.values import Branch, Patch, ProjectSetup, Remote, SandboxJob, SandboxResult, SandboxState
from tests.adapters.sandbox.local_index import LocalIndex, serve_index
from tests.adapters.sandbox.sandboxed import REPO
from tests.git_served import commit, git
from tests.tier_required import require_tier

pytestmark = [pytest.mark.served, pytest.mark.long]

# A build backend of the project's own: an editable install without a package to build it with.
BACKEND = """
import zipfile

def get_requires_for_build_editable(config_settings=None):
    return ["tiny"]

def build_editable(folder, config_settings=None, metadata_directory=None):
    import tiny
    info = "app-1.dist-info"
    name = "app-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("app.pth", "/workspace/src")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: app\\nVersion: 1\\nRequires-Dist: tiny\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
# What a set-up may not reach: another host, another service of this machine, other paths, writing.
ATTEMPTS = """
! curl -sf -m 3 http://127.0.0.1:INDEX/simple/tiny/
! curl -sf -m 3 https://192.0.2.1/
! curl -sf -m 3 -X PUT -d data http://127.0.0.1:3128/npm/pad
! curl -sf -m 3 'http://127.0.0.1:3128/npm/pad?data'
! env | grep -i -e secret -e token
"""


@pytest.fixture
def index() -> Iterator[LocalIndex]:
    require_tier(Bubblewrap())
    with serve_index() as served:
        yield served


class Project:
    """A repository, and a sandbox that installs from an index."""

    def __init__(self, home: Path, index: LocalIndex, files: Mapping[str, str]) -> None:
        origin = home / "origin.git"
        origin.mkdir()
        git(origin, "init", "-q", "--bare", "-b", "main")
        commit(origin, {path: text.encode() for path, text in files.items()})
        mirrors = GitMirrors(home / "mirrors", ("file",))
        self.tree = mirrors.fetch(REPO, Remote(origin.as_uri()), Branch("main"))
        state = SandboxState("bubblewrap")
        supplies = Supplies({"python": f"{index.url}/simple", "node": index.url})
        self.sandbox = LocalSandbox(
            home / "s", mirrors, lambda: (Bubblewrap(), state), supplies=supplies
        )

    def run(self, setup: ProjectSetup, *commands: str, workspace: str = "w") -> SandboxResult:
        job = SandboxJob(self.tree, Patch(), commands, workspace, setups=(setup,))
        return self.sandbox.run(job)


def test_python_packages_and_the_project_itself(index: LocalIndex, tmp_path: Path) -> None:
    """A requirement and an editable install work; jobs find them, read-only, without a network.

    The set-up reaches the mirror alone, and is not run again for another run of the repository.
    """
    index.put_wheel("tiny", "value = 41\n")
    files = {
        "pyproject.toml": PROJECT,
        "backend.py": BACKEND,
        "src/app.py": "import tiny\nvalue = tiny.value + 1\n",
    }
    project = Project(tmp_path, index, files)
    attempts = ATTEMPTS.replace("INDEX", index.url.rpartition(":")[2])
    setup = ProjectSetup(("pip install -e .", attempts), ("pyproject.toml",), ("python3",))
    job = (
        "python -c 'import app; print(app.value, app.__file__)'",
        "! touch $VIRTUAL_ENV/x",
        "python -m pip download -q --no-deps -d /tmp/again tiny",  # what came is there to build with
        "! curl -sf -m 3 http://127.0.0.1:3128/pypi/simple/tiny/",
    )

    first = project.run(setup, *job)
    asked = len(index.asked)
    second = project.run(setup, *job, workspace="other")

    for result in (first, second):
        assert ("", 0) == (result.obstacle, result.exit_code), result.log.decode()
        assert f"42 {WORK}/src/app.py\n" in result.log.decode()
    assert asked == len(index.asked)
    assert 0 == len([path for path in index.paths if "data" in path])


def test_node_packages_without_their_scripts(index: LocalIndex, tmp_path: Path) -> None:
    """`npm ci` installs what the lock says; no script of a package runs; a failure is told."""
    integrity = index.put_tarball("pad", "module.exports = 'padded'\n")
    package = {
        "name": "app",
        "version": "1.0.0",
        "dependencies": {"pad": "1.0.0"},
        "scripts": {"postinstall": "touch ran", "test": "node -p \"require('pad')\""},
    }
    resolved = "https://registry.example.org/pad/-/pad-1.0.0.tgz"
    locked = {"version": "1.0.0", "resolved": resolved, "integrity": integrity}
    packages = {"": package, "node_modules/pad": locked}
    lock = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    files = {"package.json": json.dumps(package), "package-lock.json": json.dumps(lock)}
    project = Project(tmp_path, index, files)
    setup = ProjectSetup(("npm ci",), tuple(files), ("npm",))

    result = project.run(setup, "npm test", "! test -e ran", "touch node_modules/.cache")
    index.pages.clear()
    failed = project.run(ProjectSetup(("npm install none",), ("package.json",), ("npm",)), "true")

    assert ("", 0) == (result.obstacle, result.exit_code), result.log.decode()
    assert "padded\n" in result.log.decode()
    assert ["/pad/-/pad-1.0.0.tgz", "/none"] == index.paths
    assert "The set-up failed with exit code 1." == failed.obstacle
    assert "The package index has no such package or file." in failed.log.decode()
    assert "Package indexes: 1 requests, 0 MB fetched, 1 names not found" in failed.log.decode()
