"""What the network is trained on: windows of the files, shuffled, read when they are needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import Codes
from bot.corpus.repository_text import RepositoryText
from bot.learning.lstm.shape import BEFORE_FILE, WINDOW
from bot.learning.split_corpus import FileSpan, TooSmall

Places = NDArray[np.int64]
_ROUNDS = 4  # of the Feistel network that shuffles


class Windows:
    """The windows of some files. It keeps where the files are; their text stays on the disk.

    A file shorter than a window is left out, and a file's last window ends where the file does.
    """

    def __init__(self, spans: Sequence[FileSpan], seed: int) -> None:
        long_enough = [span for span in spans if span.characters >= WINDOW]
        if not long_enough:
            raise TooSmall(
                f"A network needs files of {WINDOW} characters to learn from and to be judged by. "
                "Add repositories: greenlit corpus clone PATH"
            )
        self._texts = list(dict.fromkeys(span.text for span in long_enough))
        numbers = {text: number for number, text in enumerate(self._texts)}
        self._text_of_file = np.array([numbers[span.text] for span in long_enough])
        self._starts = np.array([span.start for span in long_enough])
        self._ends = np.array([span.end for span in long_enough])
        self._last = np.cumsum(-(-(self._ends - self._starts) // WINDOW))
        self._seed = seed
        self.count = int(self._last[-1])

    def read_batch(self, step: int, size: int) -> tuple[Codes, Codes]:
        """Read the batch of a step: the characters, and for each the one that comes next.

        All windows come once in an epoch, in an order of the seed's and the epoch's own; each
        epoch cuts the files elsewhere.
        """
        numbers = np.arange(step * size, (step + 1) * size)
        rows = np.concatenate([self._read_epoch(*part) for part in self._part_epochs(numbers)])
        return rows[:, :-1], rows[:, 1:]

    def _part_epochs(self, numbers: Places) -> list[tuple[int, Places]]:
        epochs = numbers // self.count
        return [(int(epoch), numbers[epochs == epoch] % self.count) for epoch in np.unique(epochs)]

    def _read_epoch(self, epoch: int, places: Places) -> Codes:
        keys = (
            np.random.SeedSequence([self._seed, epoch])
            .generate_state(_ROUNDS + 1, np.uint64)
            .astype(np.uint64)
        )
        shuffled = shuffle_places(places, self.count, keys[:_ROUNDS])
        return self._read_windows(shuffled, shift=int(keys[-1] % WINDOW) if epoch else 0)

    def _read_windows(self, places: Places, shift: int) -> Codes:
        files = np.searchsorted(self._last, places, side="right")
        from_end = (self._last[files] - places) * WINDOW  # of its file, when cut without a shift
        lengths = self._ends[files] - self._starts[files]
        inside = -(-lengths // WINDOW) * WINDOW - from_end + shift
        starts = self._starts[files] + np.minimum(inside, lengths - WINDOW)
        rows = np.empty((len(places), WINDOW + 1), np.uint8)
        for number in np.unique(self._text_of_file[files]):
            chosen = self._text_of_file[files] == number
            rows[chosen] = _read_rows(self._texts[number], starts[chosen])
        rows[starts == self._starts[files], 0] = BEFORE_FILE
        return rows


def _read_rows(text: RepositoryText, starts: Places) -> Codes:
    """Read windows with the character before each. The file is mapped for this batch alone.

    What a mapping has read counts as memory of the process for as long as the mapping is there.
    """
    codes: Codes = text.map_codes()[starts[:, None] + np.arange(-1, WINDOW)]
    return codes


def shuffle_places(places: Places, count: int, keys: NDArray[np.uint64]) -> Places:
    """Say which window comes at each place of a shuffled order, without making the order.

    A Feistel network is one to one on the numbers below a power of four; what comes out above the
    count goes through it again until it is below.
    """
    half = np.uint64(max(((count - 1).bit_length() + 1) // 2, 1))
    shuffled = _scramble(places.astype(np.uint64), half, keys)
    while (outside := shuffled >= count).any():
        shuffled[outside] = _scramble(shuffled[outside], half, keys)
    return shuffled.astype(np.int64)


def _scramble(
    numbers: NDArray[np.uint64], half: np.uint64, keys: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = numbers >> half, numbers & mask
    for key in keys:
        left, right = right, left ^ (_mix(right ^ key) & mask)
    return (left << half) | right


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix the bits of numbers, as the finalizer of SplitMix64 does."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
