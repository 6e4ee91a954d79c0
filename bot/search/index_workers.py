"""Index files in two worker processes when there is more than one bundle of them.

A server's own threads go on meanwhile, and a file that crashes a parser costs the definitions of
its bundle, not the server.
"""

from __future__ import annotations

import logging
import pickle
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import IO, cast

from bot.ports import SegmentBlob
from bot.search.segment import SegmentBuilder
from bot.search.segment_bytes import encode_segment, encode_symbols

log = logging.getLogger(__name__)

WORKERS = 2
BUNDLE_BYTES = 8_000_000
BUNDLE_S = 300  # of computing for one bundle, which takes some seconds

Bundle = Sequence[tuple[str, str, bytes]]  # files as key, path and content
BuiltSegment = tuple[SegmentBlob, Mapping[str, bytes]]  # with the encoded symbols of each key


def build_segment(bundle: Bundle, *, parse: bool = True) -> BuiltSegment:
    """Index the files of a bundle; without parsing, only as text."""
    builder = SegmentBuilder(parse=parse)
    for file in bundle:
        builder.add(*file)
    symbols = {file.key: encode_symbols(file) for file in builder.files}
    return encode_segment(builder.build()), symbols


def build_segments(bundles: Iterator[Bundle]) -> Iterator[BuiltSegment]:
    """Index each bundle, in order; in worker processes when there is more than one."""
    first = [bundle for bundle in (next(bundles, None), next(bundles, None)) if bundle]
    if len(first) < WORKERS:
        yield from map(build_segment, first)
        return
    workers = deque(Worker() for _ in range(WORKERS))
    try:
        for bundle in chain(first, bundles):
            if workers[0].is_busy:
                yield workers[0].receive()
            workers[0].send(bundle)
            workers.rotate(-1)
        for worker in workers:
            if worker.is_busy:
                yield worker.receive()
    finally:
        for worker in workers:
            worker.stop()


class Worker:
    """A process that indexes one bundle after the other, until its standard input ends.

    Its input ends with us, however we end. With concurrent.futures' ProcessPoolExecutor, workers
    outlive a killed parent, and one crash fails the bundles of both workers.
    """

    def __init__(self) -> None:
        """Start the process."""
        self._bundle: Bundle = ()
        self._start()

    def _start(self) -> None:
        code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import work; work()"
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._stdin = cast("IO[bytes]", self._process.stdin)
        self._stdout = cast("IO[bytes]", self._process.stdout)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def is_busy(self) -> bool:
        """Whether it has a bundle whose result was not received."""
        return bool(self._bundle)

    def send(self, bundle: Bundle) -> None:
        """Give it a bundle to index."""
        self._bundle = bundle
        with suppress(OSError):  # it is dead, which `receive` will find out
            pickle.dump(bundle, self._stdin)
            self._stdin.flush()

    def receive(self) -> BuiltSegment:
        """Wait for the result. If the bundle killed the process, index it as mere text, here."""
        bundle, self._bundle = self._bundle, ()
        try:
            built: BuiltSegment = pickle.load(self._stdout)  # noqa: S301 - written by `work`
        except (EOFError, OSError, pickle.UnpicklingError):
            log.warning(
                "no definitions are known of %d files: reading them killed a process", len(bundle)
            )
            self.stop()
            self._start()
            return build_segment(bundle, parse=False)
        return built

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        with suppress(OSError):
            self._stdin.close()
        self._process.kill()
        self._stdout.close()
        self._process.wait()


def work() -> None:
    """Index the bundles from standard input, and write the results to standard output."""
    while True:
        try:
            bundle = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by `Worker`
        except EOFError:
            return
        _limit_time()
        pickle.dump(build_segment(bundle), sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _limit_time() -> None:
    """Let the kernel end this process when a bundle takes it too long, whoever still waits."""
    used_s = int(time.process_time())
    hard_s = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (used_s + BUNDLE_S, hard_s))
