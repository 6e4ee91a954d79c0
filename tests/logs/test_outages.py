"""Outages are told by what they say, whichever tool says it: no code is blamed for them."""

from __future__ import annotations

import pytest

from tests.logs.reading import read_output

# What each kind sounds like in tools that share no code. The words are the tools' own, hosts and
# names are not.
OUTAGES = {
    "name service": """
        go: github.com/acme/x@v1: Get "https://proxy.example/x": dial tcp: lookup proxy.example on 127.0.0.53:53: read udp: i/o timeout
        java.net.UnknownHostException: repo.example: Name or service not known
        SocketException: Failed host lookup: 'pub.example' (OS Error: Temporary failure in name resolution, errno = -3)
        Err:1 http://deb.example bookworm InRelease  Temporary failure resolving 'deb.example'
        php_network_getaddresses: getaddrinfo for repo.example failed: Temporary failure in name resolution
        Error: getaddrinfo EAI_AGAIN registry.example
        System.Net.Http.HttpRequestException: Name or service not known (nuget.example:443)
        Gem::RemoteFetcher::FetchError: SocketError: getaddrinfo: Name or service not known (https://gems.example/specs.4.8.gz)
    """,
    "network": """
        Caused by: [28] Timeout was reached (Connection timed out after 30001 milliseconds)
        requests.exceptions.ConnectionError: ('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))
        requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='api.example', port=443): Read timed out. (read timeout=10)
        urllib3.exceptions.ProtocolError: ('Connection broken: IncompleteRead(1024 bytes read, 512 more expected)')
        pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.example', port=443): Read timed out.
        java.net.SocketTimeoutException: Read timed out
        Could not transfer artifact org.acme:x:jar:1.0 from/to central (https://repo.example): Connect to repo.example:443 failed: Connection timed out
        > Could not GET 'https://repo.example/x.pom'. Read timed out
        javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake
        Net::OpenTimeout: Failed to open TCP connection to gems.example:443 (execution expired)
        Net::ReadTimeout with #<TCPSocket:(closed)>
        error An unexpected error occurred: "https://registry.example/x.tgz: ESOCKETTIMEDOUT".
        npm error code ECONNRESET
        FetchError: request to https://registry.example/x failed, reason: connect ETIMEDOUT 192.0.2.1:443
        TypeError: fetch failed { cause: ConnectTimeoutError: Connect Timeout Error }
        curl error 28 while downloading https://repo.example/packages.json: Operation timed out after 10000 milliseconds
        fatal: unable to access 'https://github.example/a/b/': Failed to connect to github.example port 443: Connection timed out
        error: RPC failed; curl 92 HTTP/2 stream 5 was not closed cleanly: CANCEL (err 8)
        fatal: fetch-pack: invalid index-pack output
        ssh: connect to host github.example port 22: Connection timed out
        net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)
        error pulling image configuration: download failed after attempts=6: dial tcp 192.0.2.1:443: i/o timeout
        System.Net.Sockets.SocketException (110): Connection timed out
        wget: unable to resolve host address 'dl.example'
        error: failed to download from `https://static.example/crates/x/1.0.0/download`
        ERROR: Could not install packages due to an OSError: HTTPSConnectionPool(host='files.example', port=443): Max retries exceeded with url: /x.whl
        error trying to connect: tcp connect error: Network is unreachable (os error 101)
        Error: Client network socket disconnected before secure TLS connection was established
        Failed to connect to pub.example port 443 after 130512 ms: Couldn't connect to server
    """,
    "registry": """
        Could not transfer artifact org.acme:x:pom:1 from/to central: status code: 502, reason phrase: Bad Gateway (502)
        > Could not GET 'https://plugins.example/x'. Received status code 503 from server: Service Unavailable
        npm error 503 Service Unavailable - GET https://registry.example/left-pad
        error: unexpected http status code: 502
        fatal: unable to access 'https://github.example/a/b/': The requested URL returned error: 503
        ERROR: HTTP error 503 while getting https://files.example/x.whl
        Error response from daemon: Get "https://registry.example/v2/": received unexpected HTTP status: 503 Service Unavailable
        toomanyrequests: You have reached your pull rate limit.
        Response status code does not indicate success: 503 (Service Unavailable).
        urllib.error.HTTPError: HTTP Error 502: Bad Gateway
        Bundler::HTTPError Could not fetch specs from https://gems.example/ due to underlying error <bad response Service Unavailable 503>
        Error: Cache service responded with 503
        Failed to CreateArtifact: Received non-retryable error: Failed request: (503) Service Unavailable
        ##[error]Internal server error. Correlation ID: 0a1b2c3d
        npm error code E429
        HTTP 429: Too Many Requests (https://api.example/graphql)
        You have exceeded a secondary rate limit and have been temporarily blocked from content creation.
        API rate limit exceeded for installation ID 12345.
    """,
    "disk": """
        OSError: [Errno 28] No space left on device: '/tmp/x'
        Error: ENOSPC: no space left on device, write
        java.io.IOException: No space left on device
        write /var/lib/docker/tmp/x: no space left on device
        ld: final link failed: No space left on device
        tar: x: Cannot write: No space left on device
        There is not enough space on the disk. : 'D:\\a\\x'
        sqlite3.OperationalError: database or disk is full
        fatal: write error: Disk quota exceeded
        Error: ENOSPC: System limit for number of file watchers reached, watch '/src'
    """,
    "memory": """
        ./run.sh: line 3:  4242 Killed                  ./build
        The process '/usr/bin/node' failed with exit code 137
        error: could not compile `x` (lib) (signal: 9, SIGKILL: kill)
        OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory(0x1, 2, 0) failed; error='Cannot allocate memory' (errno=12)
        fork: Cannot allocate memory
        bash: fork: retry: Resource temporarily unavailable
        virtual memory exhausted: Cannot allocate memory
        make: *** [x.o] Error 137
        Command failed with signal "SIGKILL"
        /usr/bin/ld: memory exhausted
        collect2: fatal error: ld terminated with signal 9 [Killed]
        Container killed by the OOM killer (OOMKilled)
    """,
    "permission": """
        remote: Permission to acme/x.git denied to github-actions[bot].
        git@github.example: Permission denied (publickey).
        Host key verification failed.
        npm error code ENEEDAUTH
        npm error code E401
        npm error 403 403 Forbidden - PUT https://registry.example/x - You do not have permission
        Error: Input required and not supplied: api-token
        denied: requested access to the resource is denied
        unauthorized: authentication required
        Error response from daemon: Get "https://ghcr.example/v2/": denied: denied
        no basic auth credentials
        An error occurred (AccessDenied) when calling the PutObject operation: Access Denied
        An error occurred (ExpiredToken) when calling the GetObject operation: The provided token has expired.
        ERROR: (gcloud.auth) could not find default credentials
        google.auth.exceptions.DefaultCredentialsError: Your default credentials were not found.
        HTTP 401: Bad credentials (https://api.example/graphql)
        HTTPError: 403 Forbidden from https://upload.example/legacy/: Invalid or non-existent authentication information.
        gpg: signing failed: No secret key
        x509: certificate has expired or is not yet valid
        Error: The process failed because the secret SONAR_TOKEN is not set
        fatal: Authentication failed for 'https://github.example/acme/private.git/'
        fatal: could not read Password for 'https://x@github.example': No such device or address
    """,
    "quota": """
        batch response: This repository is over its data quota. Account responsible for LFS bandwidth should purchase more data packs
        The job was not started because recent account payments have failed or your spending limit needs to be increased.
        Error 429: Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'
        Error code: 429 - {'error': {'message': 'You exceeded your current quota', 'type': 'insufficient_quota'}}
        Error: HttpError: 402 Payment Required
        Artifact storage quota has been hit. Unable to upload any new artifacts.
    """,
    "service container": """
        ##[error]Failed to initialize container postgres:16
        ##[error]One or more containers failed to start.
        unhealthy: Service container postgres is unhealthy
        Service container mysql failed.
        Error response from daemon: driver failed programming external connectivity on endpoint x: port is already allocated
        Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?
        Bind for 0.0.0.0:5432 failed: port is already allocated
    """,
    "runner": """
        The runner has received a shutdown signal. This can happen when the runner service is stopped, or a manually started runner is canceled.
        ##[error]The hosted runner: GitHub Actions 12 lost communication with the server.
        The self-hosted runner: box-3 lost communication with the server. Verify the machine is running.
        ##[error]Process completed with exit code 143.
        ##[error]The operation was canceled.
        No hosted parallelism has been purchased or granted.
        E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr)
        Gradle build daemon disappeared unexpectedly (it may have been killed or may have crashed)
        ##[error]GitHub Actions has encountered an internal error when running your job.
        xcodebuild: error: Unable to find a destination matching the provided destination specifier: Timed out waiting for simulator
    """,
    "package index": """
        E: Failed to fetch http://deb.example/x.deb  404  Not Found [IP: 192.0.2.1 80]
        E: The repository 'http://ppa.example/x jammy Release' does not have a Release file.
        W: GPG error: https://apt.example stable InRelease: The following signatures couldn't be verified because the public key is not available: NO_PUBKEY 0A1B
        Hash Sum mismatch
        Error: Failed to download resource "openssl"
        Unable to load the service index for source https://nuget.example/v3/index.json.
        Failed to set up Chrome v130! Set "PUPPETEER_SKIP_DOWNLOAD" env variable to skip download.
        Error: Failed to download Chromium 130, caused by Error: Download failure, code=1
        error: failed to fetch `https://github.example/rust-lang/crates.io-index`
        failed to do request: Head "https://registry.example/v2/library/node/manifests/20": EOF
    """,
}
LINES = [
    (kind, line.strip()) for kind, text in OUTAGES.items() for line in text.strip().splitlines()
]


@pytest.mark.parametrize(("kind", "line"), LINES, ids=[line[:60] for _, line in LINES])
def test_an_outage_is_nobodys_code(kind: str, line: str):
    """Alone at the end of a step, whatever was printed before it."""
    reading = read_output(f"some work\nmore work\n{line}", ("src/app.py", "src/a.c"))

    assert ("infra", True) == (reading.category, reading.action in {"rerun", "human"}), kind
