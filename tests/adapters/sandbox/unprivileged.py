"""Run Python as a user that is not root, with the bot's code, where the tests run as root."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from bot.adapters.sandbox import start_program
from bot.adapters.sandbox.uid_pool import UidPool

ROOT = Path(__file__).parents[3]


def run_unprivileged(script: str, tmp_path: Path) -> str:
    """Run a script and return what it prints; its folder for what is temporary is `tmp_path`."""
    tmp_path.chmod(0o777)
    if os.getuid() != 0:
        return _run([sys.executable, "-I", "-S", "-B", "-c", script, str(ROOT), str(tmp_path)])
    base = Path("/run/greenlit-sandbox")
    acts = ["make-mounts-private", str(base)]
    for name, source in (("code", ROOT), ("python", sys.base_prefix), ("tmp", tmp_path)):
        acts += ["bind", str(source), str(base / name)]
    python = base / "python" / "bin" / "python3"
    command = [str(python), "-I", "-S", "-B", "-c", script, str(base / "code"), str(base / "tmp")]
    with UidPool().take() as uid:
        acts += ["become", str(uid)]
        return _run([sys.executable, "-I", "-S", start_program.__file__, *acts, "--", *command])


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "" == done.stderr
    return done.stdout
