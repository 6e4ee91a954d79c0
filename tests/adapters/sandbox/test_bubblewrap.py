"""A process under bubblewrap sees its own folders alone, works as elsewhere, and ends in time."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.sandbox import start_program
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.tier import Exit, Launch
from bot.adapters.sandbox.uid_pool import UidPool, give_folder
from bot.ports import Unreachable
from bot.values import SandboxLimits
from tests.adapters.sandbox.sandboxed import wait_for
from tests.tier_required import require_tier

# A process and one in a session of its own, both deaf to SIGTERM.
DEAF = """
import os, signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.fork() or os.setsid()
subprocess.run(["sleep", "60.0625"])
"""
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
MEGABYTE = 1024**2
PREFIX = Path(sys.base_prefix)
PATH = {"PATH": f"{PREFIX}/bin:/usr/local/bin:/usr/bin:/bin"}
TOOLCHAINS = () if PREFIX.is_relative_to("/usr") else (PREFIX,)

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="the bot is not root here")


@pytest.fixture(scope="module")
def tier() -> Bubblewrap:
    """The tier, where it works; in CI it must."""
    tier = Bubblewrap()
    require_tier(tier)
    return tier


def make_launch(workspace: Path, *argv: str, limits: SandboxLimits | None = None) -> Launch:
    """A launch with this Python and nothing else."""
    return Launch(
        argv, workspace, "", PATH, toolchains=TOOLCHAINS, limits=limits or SandboxLimits(wall_s=60)
    )


def make_workspace(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder that is closed to others, in one that is too."""
    folder.mkdir(mode=0o700, parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.mark.long
def test_a_process_sees_its_own_folders_alone(tier: Bubblewrap, tmp_path: Path):
    """No file, process, network or privilege of the host; what programs need is there."""
    program = (HERE / "inside_sandbox.py").read_text()
    workspace = make_workspace(tmp_path / "closed" / "work", {"inside.py": program})
    launch = make_launch(workspace, "python3", "inside.py")
    done = tier.launch(replace(launch, environment={**PATH, "TOKEN": "of the check"}))
    seen = json.loads(done.output)

    assert (0, "") == (done.code, done.limit_hit)
    assert {
        "ptrace": "EPERM",
        "unshare": "EPERM",
        "bpf": "EPERM",
        "clone3": "ENOSYS",
        "io_uring_setup": "ENOSYS",
    } == seen["calls"]
    assert {"0" * 16} == set(seen["capabilities"])
    assert ["0", "1", "2"] == sorted(seen["descriptors"])
    assert {"HOME", "LANG", "PATH", "PWD", "TOKEN"} >= set(seen["environment"]) - {"LC_CTYPE"}
    assert ["lo"] == seen["interfaces"]
    assert 5 > seen["processes"]
    assert "fails" not in seen["programs"]
    assert 7 == seen["queue"]
    assert 1000 == seen["uid"]
    assert ("EPERM", "EPERM") == (seen["terminal"], seen["vsock"])
    assert ["EROFS", "EROFS", "EROFS", "done"] == seen["write"]
    assert {"inside.py", "x"} <= set(seen["work"])
    assert workspace.stat().st_uid == (workspace / "x").stat().st_uid


@pytest.mark.long
def test_each_limit_ends_a_job_and_is_a_sentence(tier: Bubblewrap, tmp_path: Path):
    """Time, processors, memory, disk and processes; jobs run side by side under other uids."""
    jobs: dict[str, tuple[str, SandboxLimits]] = {
        "wall": (
            DEAF,
            SandboxLimits(wall_s=0.5),
        ),
        "cpu": ("while True: pass", SandboxLimits(wall_s=60, cpu_s=1)),
        "memory": (
            "import time\nkept = [bytearray(b'x' * 10**7) for _ in range(15)]\ntime.sleep(60)",
            SandboxLimits(wall_s=60, memory_bytes=100 * MEGABYTE),
        ),
        "disk": (
            "import time\nfor n in range(80): open(f'{n}', 'wb').write(b'x' * 10**7)\ntime.sleep(60)",
            SandboxLimits(wall_s=60, disk_bytes=100 * MEGABYTE),
        ),
        "processes": (
            "import subprocess, time\nfor _ in range(30): subprocess.Popen(['sleep', '0.6'])",
            SandboxLimits(wall_s=60, processes=20),
        ),
    }

    def launch(name: str) -> Exit:
        script, limits = jobs[name]
        workspace = make_workspace(tmp_path / name, {"job.py": script})
        return tier.launch(make_launch(workspace, "python3", "-S", "job.py", limits=limits))

    with ThreadPoolExecutor(len(jobs)) as pool:
        done = dict(zip(jobs, pool.map(launch, jobs), strict=True))

    assert {
        "wall": "It was ended after 0.5 s, the most a check may take.",
        "cpu": "It was ended after 1 s of processor time, the most a check may use.",
        "memory": "It was ended because it used more than 100 MB of memory, the most a check may use.",
        "disk": "It was ended because it wrote more than 100 MB to the disk, the most a check may write.",
        "processes": "It was refused more than 20 processes and threads at a time, the most a check may have.",
    } == {name: ended.limit_hit for name, ended in done.items()}
    assert [None, None, None, None] == [done[name].code for name in list(jobs)[:4]]
    assert done["processes"].code
    assert (
        b"" == subprocess.run(["pgrep", "-f", "60.0625"], capture_output=True, check=False).stdout
    )
    if os.getuid() == 0:
        assert len(jobs) == len({(tmp_path / name).stat().st_uid for name in jobs})


def test_long_output_is_kept_at_both_ends(tier: Bubblewrap, tmp_path: Path):
    """With a line between that says how much is missing; both streams are in it."""
    script = "seq 200000; echo problem >&2; exit 3"
    limits = SandboxLimits(wall_s=60, output_bytes=10_000)
    workspace = make_workspace(tmp_path / "w", {})
    done = tier.launch(make_launch(workspace, "sh", "-c", script, limits=limits))

    assert (3, "") == (done.code, done.limit_hit)
    assert done.output.startswith(b"1\n2\n")
    assert done.output.endswith(b"200000\nproblem\n")
    assert b"bytes of this log are left out here" in done.output
    assert 10_100 > len(done.output)


ASK = "import socket; s = socket.create_connection(('127.0.0.1', 3128)); print(s.recv(9))"


def test_a_socket_is_the_only_way_to_packages(tier: Bubblewrap, tmp_path: Path):
    """It is bridged to a port inside, wherever on the machine it is; the exit code stays."""
    workspace = make_workspace(tmp_path / "w", {})
    path = tmp_path / "mirror.sock"
    with socket.socket(socket.AF_UNIX) as mirror:
        mirror.bind(str(path))
        path.chmod(0o666)
        mirror.listen()
        launch = make_launch(workspace, "sh", "-c", f'python3 -c "{ASK}"; exit 5')
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(tier.launch, replace(launch, package_socket=path))
            mirror.settimeout(30)
            with mirror.accept()[0] as client:
                client.sendall(b"a package")

    assert (5, b"b'a package'\n") == (done.result().code, done.result().output)


PARENT = """
import sys
from pathlib import Path
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.tier import Launch
Bubblewrap().launch(Launch(("sh", "-c", "touch began; sleep 61.0625"), Path(sys.argv[1])))
"""


@pytest.mark.long
def test_a_job_ends_with_the_bot(tier: Bubblewrap, tmp_path: Path):
    """Even where the bot is killed, nothing of a job goes on."""
    workspace = make_workspace(tmp_path / "w", {})
    with subprocess.Popen([sys.executable, "-c", PARENT, str(workspace)], cwd=ROOT) as bot:
        wait_for((workspace / "began").exists)
        bot.send_signal(signal.SIGKILL)
    find = ["pgrep", "-f", "^sleep 61.0625"]

    assert wait_for(lambda: not subprocess.run(find, capture_output=True, check=False).stdout)


UNPRIVILEGED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.tier import Launch
from bot.values import SandboxLimits
workspace = Path("/tmp/greenlit-unprivileged") / str(os.getpid())
workspace.mkdir(parents=True)
script = "touch made && ls /proc/[0-9]* -d | wc -l; cat /etc/shadow"
limits = SandboxLimits(wall_s=30, memory_bytes=100 * 1024**2)
done = Bubblewrap().launch(Launch(("sh", "-c", script), workspace, limits=limits))
hungry = ("sh", "-c", "{ head -c 150000000 /dev/zero; sleep 20; } | tail")
print(Bubblewrap().launch(Launch(hungry, workspace, limits=limits)).limit_hit)
print(done.output.decode(), workspace.stat().st_uid, (workspace / "made").stat().st_uid)
"""


@AS_ROOT
@pytest.mark.long
def test_a_bot_that_is_not_root_uses_its_own_uid(tier: Bubblewrap, tmp_path: Path):
    """Its workspace stays its own; nothing else of the machine can be read either. Without a group
    of the kernel's, its memory is watched.
    """
    base = Path("/run/greenlit-sandbox")
    acts = ["make-mounts-private", str(base)]
    for name, source in (("code", ROOT), ("python", PREFIX), ("tmp", tmp_path)):
        acts += ["bind", str(source), str(base / name)]
    tmp_path.chmod(0o777)
    script = UNPRIVILEGED.replace("/tmp/greenlit-unprivileged", f"{base}/tmp/own")
    python = base / "python" / "bin" / "python3"
    command = [str(python), "-I", "-S", "-B", "-c", script, str(base / "code")]
    with UidPool().take() as uid:
        acts += ["become", str(uid)]
        start = [sys.executable, "-I", "-S", start_program.__file__, *acts, "--", *command]
        done = subprocess.run(start, capture_output=True, text=True, check=False)

    assert "" == done.stderr
    assert done.stdout.startswith("It was ended because it used more than 100 MB of memory")
    assert "cat: /etc/shadow: No such file or directory" in done.stdout
    assert done.stdout.endswith(f"{uid} {uid}\n")


@AS_ROOT
def test_a_uid_is_of_one_sandbox_at_a_time(tmp_path: Path):
    """The preferred one is given where it is free; when all are taken, people are told so."""
    pool = UidPool(tmp_path / "locks", first=61_100, size=2)
    with pool.take(61_101) as first, pool.take(61_101) as second:
        with (
            pytest.raises(Unreachable, match="All 2 user ids for sandboxes are in use"),
            pool.take(),
        ):
            pass

        assert (61_101, 61_100) == (first, second)
    with pool.take() as again:
        assert 61_100 == again


@AS_ROOT
def test_a_folder_is_given_once(tmp_path: Path):
    """Links are given, not followed; a folder whose root is of that uid is left as it is."""
    outside = tmp_path / "outside"
    outside.write_text("")
    folder = make_workspace(tmp_path / "w", {"a": ""})
    (folder / "link").symlink_to(outside)
    give_folder(folder, 61_000)
    (folder / "b").write_text("")
    give_folder(folder, 61_000)

    assert 0 == outside.stat().st_uid
    assert {61_000} == {path.lstat().st_uid for path in (folder, folder / "a", folder / "link")}
    assert 0 == (folder / "b").stat().st_uid
