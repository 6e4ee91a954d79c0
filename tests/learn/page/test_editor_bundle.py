"""The editor that the page carries is what its lock makes of npm's packages."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "bot/completion/page"
EDITOR = ROOT / "deploy/editor"
SOURCES = ("build.sh", "editor.js", "package.json", "package-lock.json")
BUILT = ("codemirror.js", "codemirror.LICENSE")


def test_bundle_is_what_was_made_of_the_lock():
    """What the editor is made from and what was made of it, byte for byte: neither was changed
    without `make page`, which writes their sums.
    """
    lines = (EDITOR / "built.sha256").read_text().splitlines()
    sums = {path: digest for digest, path in map(str.split, lines)}
    sources = {f"deploy/editor/{name}" for name in SOURCES}
    built = {f"bot/completion/page/{name}" for name in BUILT}

    assert sources | built == sums.keys()
    assert sums == {path: sha256((ROOT / path).read_bytes()).hexdigest() for path in sums}


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
