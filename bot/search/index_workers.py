"""Here lives the deriving from many files: more than a bundle of them in two processes, on both
cores.

A server's own threads go on meanwhile, and a file that makes a parser crash takes no server with
it.
"""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
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

Bundle = Sequence[tuple[str, str, bytes]]  # files as key, path, content
BuiltSegment = tuple[SegmentBlob, Mapping[str, bytes]]  # what was derived, and a note on each key


def build_segment(bundle: Bundle, *, parse: bool = True) -> BuiltSegment:
    """What can be known of these files."""
    made = SegmentBuilder(parse=parse)
    for file in bundle:
        made.add(*file)
    return encode_segment(made.build()), {leaf.key: encode_symbols(leaf) for leaf in made.files}


def build_segments(bundles: Iterator[Bundle]) -> Iterator[BuiltSegment]:
    """The same of each bundle, in their order; where there is more than one, in other processes."""
    some = [bundle for bundle in (next(bundles, None), next(bundles, None)) if bundle]
    if len(some) < WORKERS:
        yield from map(build_segment, some)
        return
    hands = deque(Worker() for _ in range(WORKERS))
    try:
        for bundle in chain(some, bundles):
            if hands[0].busy:
                yield hands[0].result()
            hands[0].give(bundle)
            hands.rotate(-1)
        for hand in hands:
            if hand.busy:
                yield hand.result()
    finally:
        for hand in hands:
            hand.end()


class Worker:
    """A process that presses one bundle after the other, until its input ends: with us, however we
    end.
    """

    def __init__(self) -> None:
        self._bundle: Bundle = ()
        self._begin()

    def _begin(self) -> None:
        command = [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path[:] = {sys.path!r}; import {__name__} as it; it.work()",
        ]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._in, self._out = (
            cast("IO[bytes]", self._process.stdin),
            cast("IO[bytes]", self._process.stdout),
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def busy(self) -> bool:
        return bool(self._bundle)

    def give(self, bundle: Bundle) -> None:
        self._bundle = bundle
        with suppress(OSError):  # it is dead: `result` will find out
            pickle.dump(bundle, self._in)
            self._in.flush()

    def result(self) -> BuiltSegment:
        """Of what it was given. When it died of that, it is known as mere text: nobody parses it a
        second time.
        """
        bundle, self._bundle = self._bundle, ()
        try:
            made: BuiltSegment = pickle.load(self._out)  # noqa: S301 - written by `work`
        except (EOFError, OSError, pickle.UnpicklingError):
            log.warning(
                "no definitions are known of %d files: reading them killed a process", len(bundle)
            )
            self.end()
            self._begin()
            return build_segment(bundle, parse=False)
        return made

    def end(self) -> None:
        with suppress(OSError):
            self._in.close()
        self._process.kill()
        self._out.close()
        self._process.wait()


def work() -> None:
    """Bundles come in at standard input, what was derived goes out at standard output."""
    while True:
        try:
            bundle = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by `Hand`
        except EOFError:
            return
        pickle.dump(build_segment(bundle), sys.stdout.buffer)
        sys.stdout.buffer.flush()
