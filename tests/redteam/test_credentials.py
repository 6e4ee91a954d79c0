"""After a whole run no credential is anywhere but where it must be."""

from __future__ import annotations

import logging

import pytest

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.toolchains import Supplies
from tests.adapters.sandbox.local_index import serve_index
from tests.redteam.credentials import (
    TALKING,
    find_credentials,
    list_credentials,
    list_talking,
    watch_children,
)
from tests.stage import BEGIN, END, FILES, GOOD, script, staged
from tests.tier_required import require_tier

CLAUDE_KEY = "sk-ant-api03-" + "7hQw2ZsX9cV4bN8mK1jL5gF3dS6aP0oI" + "-uYtRAA"
INDEX_KEY = "q8W3eR5tY7uI9oP1aS2dF4gH6jK0lZxC"
CONFIG = """\
setup:
  - pip install -q tiny
  - python3 -B look_around.py > seen.txt
checks:
  test:
    run: python3 -B look_around.py && python3 -B test_greeting.py && python3 -c 'import tiny'
    kind: test
"""
# Prints all that it can read but the system's own files, in a form that no mask knows.
LOOK_AROUND = """\
import base64, os, sys

SYSTEM = ("/usr", "/proc", "/sys", "/dev", sys.base_prefix)
print(base64.b64encode(repr(os.environ).encode()).decode())
for process in filter(str.isdigit, os.listdir("/proc")):
    for name in ("cmdline", "environ"):
        try:
            print(base64.b64encode(open(f"/proc/{process}/{name}", "rb").read()).decode())
        except OSError:
            continue
for folder, folders, names in os.walk("/"):
    paths = {name: os.path.join(folder, name) for name in folders if name != "site-packages"}
    folders[:] = [name for name, path in paths.items() if not path.startswith(SYSTEM)]
    for name in names:
        path = os.path.join(folder, name)
        try:
            if os.path.isfile(path) and os.path.getsize(path) < 20_000:
                print(path, base64.b64encode(open(path, "rb").read()).decode())
        except OSError:
            continue
"""
TREE = {**FILES, ".github/greenlit.yml": CONFIG, "look_around.py": LOOK_AROUND}
CHECK = ("run_check", {"name": "test"})


@pytest.mark.long
@pytest.mark.served
def test_no_credential_is_left_anywhere(tmp_path, checked, caplog):
    """Not in the bot's home, record, mirrors and logs, nor on GitHub, in prompts, in the sandbox or
    in what `/proc` tells of any process; a token alone is in the environment of the git that talks.
    """
    require_tier(Bubblewrap())
    caplog.set_level(logging.DEBUG, "bot")
    play = script(*BEGIN, [GOOD, CHECK], END)
    with watch_children() as children, serve_index() as index:
        index.put_wheel("tiny", "")
        address = index.url.replace("//", f"//reader:{INDEX_KEY}@")
        supplies = Supplies({"python": f"{address}/simple"})
        with staged(
            tmp_path,
            checked,
            play,
            TREE,
            tier=Bubblewrap(),
            supplies=supplies,
            anthropic_api_key=CLAUDE_KEY,
        ) as on:
            issue = on.issue()
            on.label(issue)
            run = on.ended(issue)
    keys = {"an index's key": INDEX_KEY}

    assert "opened" == run.outcome.state, run
    assert [] == find_credentials(on, children, more=keys, log=caplog.text)
    assert {"Authorization"} <= {name for _, headers in index.asked for name in headers}
    assert {"private key", "webhook secret", "Claude's key"} < list_credentials(on).keys()
    assert set() < list_talking(on, children) <= TALKING
    assert {"bwrap", "git"} <= children.list_commands()
