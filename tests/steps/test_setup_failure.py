"""What counts as the set-up of a CI job, and what may have broken it."""

import pytest

from bot.logs import find_failed_commands
from bot.steps.setup_failure import can_change_touch_setup, is_setup_script
from bot.values import Failure, Frame

INSTALL = ("python -m pip install -r dev-requirements.txt",)


@pytest.mark.parametrize(
    "script",
    [
        ("actions/checkout@v4",),
        ("actions/setup-python@v5",),
        ("actions/cache/restore@v4",),
        ("dtolnay/rust-toolchain@stable",),
        ("aws-actions/configure-aws-credentials@v4",),
        INSTALL,
        ("pip install --upgrade pip", "pip install -e '.[test]'"),
        ("uv sync --frozen",),
        ("uv pip install ruff",),
        ("sudo apt-get update && sudo apt-get install -y libpq-dev",),
        ("npm ci",),
        ("set -eu", "# a comment", "cd web; yarn install --immutable"),
        ("bundle install --jobs 4",),
        ("go mod download",),
        ("cargo fetch --locked",),
        ("git submodule update --init",),
    ],
)
def test_fetching_and_installing_is_set_up(script):
    """Actions that check out or set up, and scripts that do nothing else."""
    assert is_setup_script(script)


@pytest.mark.parametrize(
    "script",
    [
        (),
        ("pytest",),
        ("pip install -e . && pytest",),
        ("npm ci", "npm test"),
        ("npm run build",),
        ("yarn test",),
        ("cargo build",),
        ("golangci/golangci-lint-action@v6",),
        ("python setup.py build",),
        ("echo done",),
        ("docker build .",),
    ],
)
def test_what_runs_the_code_is_no_set_up(script):
    """In doubt the code is to blame, for the model can look at it."""
    assert not is_setup_script(script)


@pytest.mark.parametrize(
    ("path", "touches"),
    [
        ("app/main.py", False),
        ("docs/setup.md", False),
        ("pyproject.toml", True),
        ("web/package-lock.json", True),
        ("poetry.lock", True),
        ("requirements/dev.txt", False),
        ("dev-requirements.txt", True),
        ("go.sum", True),
        (".github/workflows/ci.yml", True),
        (".github/actions/prepare/run.sh", True),
        ("Dockerfile", True),
        ("app/broken.py", True),
    ],
)
def test_a_change_touches_a_set_up_by_what_it_reads(path, touches):
    """Manifests, CI's own files, files that a script names, and files that the log points into."""
    failures = [Failure("SyntaxError", "", frames=(Frame("app/broken.py", 1),))]

    assert touches is can_change_touch_setup([path], [INSTALL], failures)


def test_the_commands_of_a_failed_step_are_read_from_its_log():
    """The script without its settings; of an action its name; nothing where no step is told."""
    log = (
        b"##[group]Run actions/checkout@v4\nwith:\n  depth: 1\n##[endgroup]\nfine\n"
        b"##[group]Run npm ci\n\x1b[36;1mnpm ci\x1b[0m\n\x1b[36;1mnpm test\x1b[0m\nshell: bash\n"
        b"##[endgroup]\nnpm ERR!\n##[error]Process completed with exit code 1.\n"
    )

    assert (("npm ci", "npm test"),) == find_failed_commands(log.splitlines(keepends=True))
    assert ((),) == find_failed_commands([b"something else\n"])
