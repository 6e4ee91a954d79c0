"""A process under Landlock works in its own folders, and nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.sandbox.landlock import Landlock
from bot.adapters.sandbox.tier import Launch
from bot.ports import Unreachable
from bot.values import SandboxLimits
from tests.adapters.sandbox.sandboxed import wait_for
from tests.adapters.sandbox.unprivileged import run_unprivileged
from tests.tier_required import require_tier

PREFIX = Path(sys.base_prefix)
PATH = {"PATH": f"{PREFIX}/bin:/usr/local/bin:/usr/bin:/bin"}
# What a check does, and what is left when the shell ends: one process deaf to SIGTERM, in a session
# of its own, and an orphan.
SCRIPT = """
(trap '' TERM; exec setsid sleep 62.0625) &
(sleep 62.0625 &)
echo "$TOKEN in $PWD" >&2
mkdir -p ../build "$HOME/cache" && mv made ../build/moved && echo hi > "$TMPDIR/x"
git init -q .. && git -C .. -c user.name=a -c user.email=a@b commit -q --allow-empty -m x
python3 -c '
import os, subprocess, threading, tempfile, socket
print(subprocess.run(["true"]).returncode, sorted(os.environ), os.getuid())
ours, theirs = socket.socketpair()
ours.send(b"pair"); print(theirs.recv(9))
threading.Thread(target=print, args=("thread",)).start()
tempfile.TemporaryFile().close()
print(open("/proc/meminfo").readline()[:8])
child = subprocess.Popen(["sleep", "62.0625"]); child.kill(); print(child.wait())
'
yes | head -1
touch ../__init__.py  # a repository that is itself a package
python3 -c 'import sys; sys.path.insert(0, "../.."); import work; print(work.__name__)'
kill -SEGV $$
"""


@pytest.fixture(scope="module")
def tier() -> Landlock:
    """The tier, where it works; in CI it must."""
    tier = Landlock()
    require_tier(tier)
    return tier


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace in a folder that is closed to others."""
    folder = tmp_path / "closed" / "work"
    (folder / "web").mkdir(parents=True)
    (folder / "web" / "made").touch()
    folder.parent.chmod(0o700)
    return folder


def make_launch(workspace: Path, *argv: str) -> Launch:
    """A launch with this Python and nothing else."""
    toolchains = () if PREFIX.is_relative_to("/usr") else (PREFIX,)
    limits = SandboxLimits(wall_s=60)
    return Launch(argv, workspace, "", PATH, toolchains=toolchains, limits=limits)


@pytest.mark.long
def test_a_process_works_in_its_own_folders(tier: Landlock, workspace: Path):
    """With files, git, processes, threads and pairs of sockets; how it ends is told as by a shell,
    and whatever it started ends with it.
    """
    launch = make_launch(workspace, "sh", "-e", "-c", SCRIPT)
    done = tier.launch(replace(launch, folder="web", environment={**PATH, "TOKEN": "of the check"}))
    uid = (workspace / "build" / "moved").stat().st_uid
    names = ["GIT_CONFIG_NOSYSTEM", "HOME", "LANG", "PATH", "PWD", "TMPDIR", "TOKEN"]

    assert (
        f"of the check in {workspace}/web\n0 {names} {uid}\nb'pair'\nthread\nMemTotal\n-9\ny\nwork\n"
    ) == done.output.decode()
    assert (128 + 11, "") == (done.code, done.limit_hit)
    assert (uid == os.getuid()) == (os.getuid() != 0)
    assert not subprocess.run(["pgrep", "-f", "^sleep 62.0625"], check=False, stdout=-1).stdout


@pytest.mark.long
def test_what_runs_too_long_is_ended(tier: Landlock, workspace: Path):
    """With all that it started, as deaf as it may be."""
    deaf = "trap '' TERM; setsid sh -c 'trap \"\" TERM; sleep 63.0625' & sleep 63.0625"
    launch = make_launch(workspace, "sh", "-c", deaf)
    done = tier.launch(replace(launch, limits=SandboxLimits(wall_s=0.5)))

    assert (None, "It was ended after 0.5 s, the most a check may take.") == (
        done.code,
        done.limit_hit,
    )
    assert done.took_s < 20
    assert not subprocess.run(["pgrep", "-f", "^sleep 63.0625"], check=False, stdout=-1).stdout


PARENT = """
import sys
from pathlib import Path
from bot.adapters.sandbox.landlock import Landlock
from bot.adapters.sandbox.tier import Launch
script = "setsid sh -c 'touch began; exec sleep 64.0625' & sleep 64.0625"
Landlock().launch(Launch(("sh", "-c", script), Path(sys.argv[1])))
"""


@pytest.mark.long
def test_a_job_ends_with_the_bot(tier: Landlock, workspace: Path):
    """Even where the bot is killed, nothing of a job goes on, wherever it hides."""
    command = [sys.executable, "-c", PARENT, str(workspace)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3]) as bot:
        assert wait_for((workspace / "began").exists)
        bot.send_signal(signal.SIGKILL)
    find = ["pgrep", "-f", "^sleep 64.0625"]

    assert wait_for(lambda: not subprocess.run(find, check=False, stdout=-1).stdout)


DEEP = """
import os
os.chdir(os.environ["TMPDIR"])
print(os.getcwd())
for _ in range(2000):
    os.mkdir("d"); os.chdir("d")
os.mkdir("closed", 0)
"""


def test_nothing_temporary_is_left(tier: Landlock, workspace: Path):
    """However deep it lies, and whatever is closed."""
    done = tier.launch(make_launch(workspace, "python3", "-S", "-c", DEEP))

    assert 0 == done.code
    assert not Path(done.output.decode().strip()).parent.exists()


UNPRIVILEGED = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from bot.adapters.sandbox.landlock import Landlock
from bot.adapters.sandbox.tier import Launch
secret, workspace = Path(sys.argv[2]) / "secret", Path(sys.argv[2]) / "w"
workspace.mkdir()
secret.touch(0o600)
script = '''
printf 'echo built' > program && chmod 4755 program && ./program; mkdir d && cd d
chmod 640 ../program && stat -c %a ../program
ln -s SECRET link; chmod 777 link; chmod 777 SECRET; chmod 777 ../../secret; chmod 1 none
chmod 777 ../..; : > f; exec 9<f; chmod 600 /dev/fd/9; chmod 711 "$PWD/f" && stat -c %a f
python3 -c 'import ctypes; print(ctypes.CDLL(None).chmod(ctypes.c_void_p(2**64 - 9), 0))'
{ sleep 60 & kill $!; wait $!; } 2>/dev/null; echo $?
python3 -c 'import os; os.abort()' 2>/dev/null; echo $?
setsid -w sh -c 'sleep 60 & kill -KILL 0' 2>/dev/null; echo $?
for process in BOT 1; do kill -0 $process 2>/dev/null || echo $? refused; done
'''
script = script.replace("SECRET", str(secret)).replace("BOT", str(os.getpid()))
names = {"let-write": sys.argv[2], "--": "--", "set": "--"}  # as a repository may choose them
launch = Launch(("sh", "-c", script), workspace, environment=names)
print(Landlock(version=5).launch(launch).output.decode().replace(sys.argv[2], ""), end="")
print(oct(secret.stat().st_mode))
"""


@pytest.mark.long
def test_a_job_with_the_bots_own_user_reaches_its_own_alone(tier: Landlock, tmp_path: Path):
    """Where the bot is not root all its files and processes are the user's: the job changes modes
    of its own and ends its own, by a process outside that looks whose they are.
    """
    refused = "chmod: changing permissions of '{}': Operation not permitted"

    assert [
        "built",
        "640",
        *map(refused.format, ("link", "/secret", "../../secret")),
        "chmod: cannot access 'none': No such file or directory",
        refused.format("../.."),
        "chmod: changing permissions of '/dev/fd/9': Too many levels of symbolic links",
        "711",
        "-1",  # an address that no process has
        "143",
        "134",
        "137",
        "1 refused",
        "1 refused",
        "0o100600",
    ] == run_unprivileged(UNPRIVILEGED, tmp_path).splitlines()


def test_what_cannot_be_started_is_told(tier: Landlock, workspace: Path):
    """A program that is not there, and packages, for which there is no network."""
    with pytest.raises(Unreachable, match="no-such-program"):
        tier.launch(make_launch(workspace, "no-such-program"))
    with pytest.raises(Unreachable, match="no packages can be installed"):
        tier.launch(replace(make_launch(workspace, "true"), package_socket=workspace / "socket"))
