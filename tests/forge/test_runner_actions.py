"""Tests of the `uses:` steps: checkout makes a clone, set-up names the machine's tool."""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.forge.runner import JobResult, parse_workflow, run_job
from tests.forge.runner_log import PATH, GitCommit, make_bare_repository, plain_lines

RunSteps = Callable[..., JobResult]
ORIGIN = "https://github.example/acme/demo.git"


@pytest.fixture(scope="session")
def commit(tmp_path_factory: pytest.TempPathFactory) -> GitCommit:
    """A bare repository with three commits on main, the tag v1.2 on the second, and a branch `side`."""
    return make_bare_repository(tmp_path_factory.mktemp("seed"), commits=3)


@pytest.fixture
def run_steps(tmp_path: Path, commit: GitCommit) -> RunSteps:
    """Runs the steps given as YAML (indented as under `steps:`) and returns the job's result."""

    def run(steps: str, event: str = "push", **env: str) -> JobResult:
        text = f"on: {event}\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
        (spec,) = parse_workflow(text, event, "main")  # type: ignore[arg-type]
        machine = {
            "PATH": PATH,
            "GITHUB_REPOSITORY": "acme/demo",
            "GITHUB_SERVER_URL": "https://github.example",
            **env,
        }
        return run_job(spec, commit.git_dir, commit.sha, tmp_path / "work", machine)

    return run


@pytest.fixture
def tools(tmp_path: Path) -> Callable[..., str]:
    """Makes a PATH with nothing on it but git and scripts that print the given words."""

    def make(**outputs: str) -> str:
        folder = tmp_path / "tools"
        folder.mkdir()
        (folder / "git").symlink_to(str(shutil.which("git")))
        for name, output in outputs.items():
            (folder / name).write_text(f"#!/bin/sh\necho '{output}'\n")
            (folder / name).chmod(0o755)
        return str(folder)

    return make


def checkout(*settings: str) -> str:
    """The YAML of a checkout step with these settings."""
    given = "".join(f"        {setting}\n" for setting in settings)
    return "    - uses: actions/checkout@v4\n" + (f"      with:\n{given}" if given else "")


def setup(action: str, setting: str = "") -> str:
    """The YAML of a set-up step with this setting."""
    given = f"      with:\n        {setting}\n" if setting else ""
    return f"    - uses: actions/setup-{action}@v5\n{given}"


def test_checkout_makes_a_clone_at_the_commit(run_steps: RunSteps, commit: GitCommit):
    """The folder is a git work tree of depth 1 on the branch, clean, with origin where GitHub is."""
    result = run_steps(
        f"{checkout()}    - run: |\n"
        "        echo begin\n        git rev-parse HEAD\n        git branch --show-current\n"
        "        git remote get-url origin\n        git rev-list --count HEAD\n"
        "        git rev-parse refs/remotes/origin/main\n"
        "        echo changes=$(git status --porcelain | wc -l | tr -d ' ') shallow=$(git rev-parse --is-shallow-repository)\n"
    )
    lines = plain_lines(result)

    assert "success" == result.conclusion
    expected = [commit.sha, "main", ORIGIN, "1", commit.sha, "changes=0 shallow=true"]
    assert expected == lines[lines.index("begin") + 1 :][:6]


@pytest.mark.parametrize(
    ("settings", "count", "tag"),
    [
        ((), "1", ""),
        (("fetch-depth: 2",), "2", ""),
        (("fetch-depth: 0",), "3", "v1.2"),
        (("fetch-tags: true",), "1", "v1.2"),
    ],
)
def test_checkout_honours_the_depth(
    run_steps: RunSteps, settings: tuple[str, ...], count: str, tag: str
):
    """fetch-depth commits are there, and 0 brings all history with its branches and tags."""
    result = run_steps(
        f"{checkout(*settings)}    - run: |\n"
        "        echo count=$(git rev-list --count HEAD) tag=$(git tag)\n"
    )

    assert f"count={count} tag={tag}" in plain_lines(result)


def test_checkout_of_all_history_describes_the_version(run_steps: RunSteps):
    """What setuptools-scm and hatch-vcs ask of git is answered as it is in a clone."""
    result = run_steps(
        f"{checkout('fetch-depth: 0')}    - run: git describe --dirty --tags --long && git branch -r\n"
    )
    lines = plain_lines(result)

    assert any(line.startswith("v1.2-1-g") for line in lines)
    assert "  origin/side" in lines


@pytest.mark.parametrize(
    ("ref", "branch", "subject"),
    [
        ("side", "side", "Commit 1"),
        ("refs/heads/side", "side", "Commit 1"),
        ("v1.2", "", "Commit 2"),
        ("refs/tags/v1.2", "", "Commit 2"),
        ("main~1", "", "Commit 2"),
    ],
)
def test_checkout_of_a_ref(run_steps: RunSteps, ref: str, branch: str, subject: str):
    """A branch is checked out as a branch; a tag or another name of a commit detaches HEAD."""
    result = run_steps(
        f"{checkout(f'ref: {ref}')}    - run: |\n"
        '        echo "$(git branch --show-current):$(git log -1 --format=%s)"\n'
    )

    assert f"{branch}:{subject}" in plain_lines(result)


def test_checkout_of_a_pull_request_detaches_head(run_steps: RunSteps, commit: GitCommit):
    """The commit is there under refs/remotes/pull, as GitHub's runner has it."""
    result = run_steps(
        f"{checkout()}    - run: |\n"
        '        echo "branch=$(git branch --show-current) $(git rev-parse refs/remotes/pull/1/merge)"\n',
        event="pull_request",
    )

    assert f"branch= {commit.sha}" in plain_lines(result)


def test_checkout_twice_and_beside(run_steps: RunSteps, commit: GitCommit):
    """A second checkout into the same folder, and one into a folder of its own, work too."""
    result = run_steps(
        f"{checkout()}{checkout('clean: false')}{checkout('path: beside', 'ref: side')}"
        "    - run: git rev-parse HEAD && git -C beside log -1 --format=subject:%s\n"
    )

    assert "success" == result.conclusion
    assert {commit.sha, "subject:Commit 1"} <= set(plain_lines(result))


def test_nothing_of_the_repository_is_run_by_checkout(run_steps: RunSteps):
    """The clone has no hooks, neither sample ones nor others."""
    result = run_steps(f"{checkout()}    - run: test ! -e .git/hooks && echo no hooks\n")

    assert "no hooks" in plain_lines(result)


def test_without_a_server_origin_is_the_repository_itself(run_steps: RunSteps, commit: GitCommit):
    """A runner that is used alone has no web address to name."""
    result = run_steps(f"{checkout()}    - run: git remote get-url origin\n", GITHUB_SERVER_URL="")

    assert f"file://{commit.git_dir.resolve()}" in plain_lines(result)


VERSIONS = [
    ("python", "Python 3.12.4", "python-version: '3.12'", "Python is used: 3.12.4"),
    ("node", "v22.3.0", "node-version: 22.x", "Node.js is used: 22.3.0"),
    ("node", "v22.3.0", "node-version: lts/*", "Node.js is used: 22.3.0"),
    ("go", "go version go1.22.3 linux/amd64", "go-version: '^1.22'", "Go is used: 1.22.3"),
    ("java", 'openjdk version "17.0.9" 2023-10-17', "java-version: 17", "Java is used: 17.0.9"),
    ("java", 'java version "1.8.0_392"', "java-version: '8'", "Java is used: 8.0_392"),
]


@pytest.mark.parametrize(("program", "output", "setting", "message"), VERSIONS)
def test_setup_uses_what_the_machine_has(
    run_steps: RunSteps,
    tools: Callable[..., str],
    program: str,
    output: str,
    setting: str,
    message: str,
):
    """A set-up step installs nothing: it says which version the machine has and is content."""
    path = tools(**{program: output})
    result = run_steps(setup(program, setting), PATH=path)

    assert "success" == result.conclusion
    assert f"The machine's own {message} at {path}/{program}" in plain_lines(result)
    assert not any("##[warning]" in line for line in plain_lines(result))


@pytest.mark.parametrize(
    ("action", "name", "program"),
    [
        ("python", "Python", "python"),
        ("node", "Node.js", "node"),
        ("go", "Go", "go"),
        ("java", "Java", "java"),
    ],
)
def test_setup_of_what_is_not_there_is_red(
    run_steps: RunSteps, tools: Callable[..., str], action: str, name: str, program: str
):
    """A machine without the tool is told in plain words."""
    result = run_steps(setup(action), PATH=tools())

    assert "failure" == result.conclusion
    assert (
        f"This machine has no {name}: there is no '{program}' on its PATH, and the forge installs nothing."
        == result.annotations[0].message
    )


@pytest.mark.parametrize(
    ("action", "outputs", "setting", "message"),
    [
        ("node", {"node": "v18.1.0"}, "node-version: 22", "Node.js 22 was asked for; this machine has 18.1.0"),
        ("go", {"go": "go version go1.22.3 x"}, "go-version: '2'", "Go 2 was asked for; this machine has 1.22.3"),
        ("java", {"java": 'java version "1.8.0_1"'}, "java-version: 21", "Java 21 was asked for"),
        ("python", {"python": "Python 3.12.1"}, "python-version: '2.7'", "Python 2.7 was asked for"),
        ("node", {"node": "hello"}, "node-version: 22", "did not tell its version"),
    ],
)  # fmt: skip
def test_setup_of_another_major_version_is_red(
    run_steps: RunSteps,
    tools: Callable[..., str],
    action: str,
    outputs: dict[str, str],
    setting: str,
    message: str,
):
    """Another major version is another language, so the job fails here and not in the middle."""
    result = run_steps(setup(action, setting), PATH=tools(**outputs))

    assert "failure" == result.conclusion
    assert message in result.annotations[0].message


def test_setup_of_another_minor_version_is_a_warning(run_steps: RunSteps):
    """The machine's own Python is used when only its minor version is another one."""
    result = run_steps(setup("python", "python-version: '3.2'"))
    version = sys.version.split()[0]

    assert "success" == result.conclusion
    assert f"##[warning]Python 3.2 was asked for; this machine has {version}." in plain_lines(
        result
    )


def test_the_cache_says_that_it_keeps_nothing(run_steps: RunSteps):
    """actions/cache is a miss, in words."""
    result = run_steps("    - uses: actions/cache@v4\n      with: {path: x, key: y}\n")

    assert "success" == result.conclusion
    assert any("keeps no caches" in line for line in plain_lines(result))


UPLOAD = """\
    - run: mkdir -p out/deep && echo '<a/>' | tee out/a.xml out/deep/b.xml out/deep/.c.xml > out/d.txt
    - uses: actions/upload-artifact@v4
      with:
        name: ${{ matrix.os }}reports
        path: |
          out/**/*.xml
          !out/deep/b.xml
    - uses: actions/upload-artifact@v4
      with: {path: out/deep, include-hidden-files: true}
    - uses: actions/upload-artifact@v4
      with: {path: nothing}
"""


def test_uploaded_files_are_kept_as_a_zip_file(run_steps: RunSteps):
    """What `path` names and does not take back, in folders too, hidden files where asked for."""
    result = run_steps(UPLOAD)
    artifacts = [(each.name, list_names(each.content)) for each in result.artifacts]

    assert "success" == result.conclusion
    assert [("reports", ["a.xml"]), ("artifact", [".c.xml", "b.xml"])] == artifacts
    assert any(f"Artifact ID is {result.artifacts[0].id}" in line for line in plain_lines(result))


def test_nothing_to_upload_is_red_where_it_shall_be(run_steps: RunSteps):
    """With `if-no-files-found: error`; else it is only told, as above."""
    wanted = "{path: nothing, if-no-files-found: error}"
    result = run_steps(f"    - uses: actions/upload-artifact@v4\n      with: {wanted}\n")

    assert ("failure", ()) == (result.conclusion, result.artifacts)


def list_names(archive: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return sorted(opened.namelist())
