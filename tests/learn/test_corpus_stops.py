"""What stops the building of a corpus, and how it goes on: kill -9, Ctrl-C, a disk that fills."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from itertools import product
from pathlib import Path
from string import ascii_lowercase

import pytest

from tests.git_served import SECRET, serving
from tests.learn.corpus_scene import CorpusScene, make_code, make_repository, name_all

ROOT = Path(__file__).parents[2]
# In namespaces of its own a process may mount a small disk without being anybody special.
SMALL_DISK = 'mount -t tmpfs -o size=1m none "$GREENLIT_HOME" && exec "$0" -m bot corpus clone "$@"'


def start(scene, *words, program=(sys.executable, "-m", "bot", "corpus", "clone")):
    """Start the command as a process of its own."""
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - that of the machine
        "PYTHONPATH": str(ROOT),
        "GREENLIT_HOME": str(scene.home),
        "GREENLIT_GITHUB_API_URL": scene.api_url,
        "GREENLIT_GITHUB_TOKEN": SECRET,
    }
    environment = {name: value for name, value in environment.items() if value}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*program, *words], env=environment, **pipes)


def hang_at_slow(app, asked, go_on):
    """Let requests for the slow repository wait until their client goes, or it may go on."""

    async def hang(scope, receive, send):
        if "slow" not in scope.get("path", "") or go_on.is_set():
            await app(scope, receive, send)
            return
        asked.set()
        while (await receive())["type"] != "http.disconnect":
            pass

    return hang


@pytest.mark.parametrize(
    ("sign", "code", "error"),
    [
        (signal.SIGKILL, -9, ""),
        (signal.SIGINT, 130, "Stopped after 1 of 2; the same command goes on from here.\n"),
    ],
)
def test_what_was_stopped_goes_on(tmp_path, sign, code, error):
    """Stopped in the middle of a fetch, the corpus has what was done, and the rest comes later."""
    asked, go_on = threading.Event(), threading.Event()
    with serving(tmp_path, lambda app: hang_at_slow(app, asked, go_on)) as served:
        scene = CorpusScene(tmp_path / "home", f"{served.url}/api/v3")
        make_repository(served.root / "ada/quick.git", {"a.py": make_code("quick")})
        make_repository(served.root / "ada/slow.git", {"b.py": make_code("slow")})
        process = start(scene, "ada/quick", "ada/slow")
        assert asked.wait(60)
        process.send_signal(sign)
        _, printed = process.communicate(timeout=60)
        half = scene.home / "corpus/text/half.codes.part"
        half.touch()
        stopped = {*scene.read_texts()}
        go_on.set()
        scene.clone("ada/quick", "ada/slow")

    assert (code, error) == (process.returncode, printed)
    assert {"ada/quick"} == stopped
    assert {"slow"} == name_all(scene.read_texts()["ada/slow"])
    assert not half.exists()


def test_a_full_disk_is_a_sentence(tmp_path):
    """A disk that fills ends the command in a sentence."""
    unshare = shutil.which("unshare")
    space = ("unshare", "-Urm", "true")
    if not unshare or subprocess.run(space, check=False, capture_output=True).returncode:
        pytest.skip("no namespaces here")
    scene = CorpusScene(tmp_path / "home")
    scene.home.mkdir()
    names = map("".join, product(ascii_lowercase, "abcd"))
    files = {f"{name}.py": make_code(f"big_{name}", lines=200) for name in names}
    repository = make_repository(tmp_path / "big.git", files)
    program = ("unshare", "-Urm", "sh", "-c", SMALL_DISK, sys.executable)
    process = start(scene, str(repository), program=program)
    _, error = process.communicate(timeout=100)

    left = "1 of 1 repositories are left out. With more room the same command goes on.\n"
    assert (1, f"The disk is full (at big). {left}") == (process.returncode, error)
