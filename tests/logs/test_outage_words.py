"""Outages in words that no table lists, and failures of code that only quote such words."""

from __future__ import annotations

import pytest

from tests.logs.reading import read_output

# What clients of other machines print, in tools that share no code.
OUTAGES = """
    npm error code UND_ERR_CONNECT_TIMEOUT
    ERR_PNPM_META_FETCH_FAIL  GET https://registry.example/x: request failed, reason: Socket timeout
    error: ConnectionClosed downloading package manifest left-pad
    critical libmamba Download error (28) Timeout was reached [https://conda.example/repodata.zst]
    go: github.com/acme/x@v1.2.3: stream error: stream ID 7; INTERNAL_ERROR; received from peer
    error: could not download file from 'https://static.example/channel.toml' to '/home/x'
    java.net.SocketTimeoutException: connect timed out
    fatal: unable to access 'https://git.example/a/b/': GnuTLS recv error (-110)
    ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF
    google.api_core.exceptions.ServiceUnavailable: 503 failed to connect to all addresses
    Error: Kubernetes cluster unreachable: context deadline exceeded
    The connection to the server 192.0.2.4:6443 was refused - did you specify the right host or port?
    E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?
    Error: Cannot retrieve repository metadata (repomd.xml) for repository: baseos.
    error: failed retrieving file 'core.db' from mirror.example : Operation too slow
    ** (Mix) Package fetch failed and no cached copy available (https://repo.example/jason.tar)
    Error: Timed out waiting for service 'postgres' to become healthy
    gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.
    botocore.exceptions.NoCredentialsError: Unable to locate credentials
    ERROR: (gcloud.run.deploy) PERMISSION_DENIED: Permission 'run.services.get' denied on resource
    remote: error: GH006: Protected branch update failed for refs/heads/main.
    Error: no valid credential sources for Terraform AWS Provider found.
    java.lang.OutOfMemoryError: unable to create native thread
    RuntimeError: No CUDA GPUs are available
    OCI runtime create failed: runc create failed: unable to start container process
    ##[error]Version 3.7 with arch x64 not found
    ##[error]Error: Codecov token not found. Please provide Codecov token with -t flag.
    ECS: CannotPullContainerError: pull image manifest has been retried 5 time(s)
    MemoryError: Unable to allocate 64.0 GiB for an array
""".strip().split("\n")
# Words of outages that the code under test, or a message of a compiler, may have.
QUOTED = (
    "No space left on device",
    "ECONNRESET",
    "503 Service Unavailable",
    "Killed",
    "401 Unauthorized",
    "context deadline exceeded",
)
FILES = ("src/a.ts", "src/a.c", "src/a.py", "a_test.go", "tests/test_a.py")


@pytest.mark.parametrize("line", [line.strip() for line in OUTAGES])
def test_an_outage_is_told_by_its_words(line: str):
    """Alone at the end of a step: nobody is asked to mend code."""
    reading = read_output(f"some work\nmore work\n{line}", FILES)

    assert reading.category in {"infra", "timeout"}
    assert reading.action in {"rerun", "human"}


@pytest.mark.parametrize("words", QUOTED)
@pytest.mark.parametrize(
    "form",
    [
        "src/a.ts(3,7): error TS2322: Type '\"{}\"' is not assignable to type '\"ok\"'.",
        'src/a.c:3:7: error: expected \';\' before "{}"\n    3 |   x "{}"\n      |     ^',
        'src/a.py:3: error: Argument 1 to "f" has incompatible type "{}"  [arg-type]',
        '--- FAIL: TestMsg (0.00s)\n    a_test.go:9: got error "ok", want "{}"\nFAIL\tapp\t0.1s',
        "retry after {}\nsrc/a.ts(3,7): error TS2322: Type 'a' is not assignable to type 'b'.",
    ],
)
def test_quoted_words_are_no_outage(form: str, words: str):
    """A compiler quotes the code, an assertion what was expected; what was said before is past."""
    assert "fix" == read_output(form.replace("{}", words), FILES).action


def test_a_package_lost_with_others_is_an_outage():
    """Of several packages that could not be had, one says why."""
    output = (
        "/home/runner/work/shop/shop/src/App.csproj : error NU1301: Unable to load the service index for "
        "source https://api.example/v3/index.json.\n"
        "/home/runner/work/shop/shop/src/App.csproj : error NU1301:   See inner exception."
    )

    reading = read_output(output, ["src/App.csproj"])

    assert ("infra", "rerun") == (reading.category, reading.action)


@pytest.mark.parametrize(
    "output",
    [
        "src/a.c:3:5: warning: unused variable x\nBuild succeeded",
        "--- src/a.py\n+++ src/a.py\n@@ -1 +1 @@\n-x\n+y\ndone",
        "src/a.ts: 12 kB\nsrc/a.py: 3 kB\ncomplete",
        "FAIL-SAFE mode on\n10 passed",
    ],
)
def test_a_step_that_went_well_has_no_failure(output: str):
    """The forms in which unknown tools tell of failures are those of good news, too."""
    assert "passed" == read_output(output, FILES, code=0).category
