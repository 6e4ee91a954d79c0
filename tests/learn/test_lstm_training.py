"""Training of the network: it learns, stops, goes on bit for bit, and leaves its curves."""

from __future__ import annotations

import resource
import signal

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from bot.learning.lstm.checkpoint import BrokenCheckpoint, Progress, Round, load_checkpoint
from bot.learning.lstm.curves import EventLog, draw_curves
from bot.learning.lstm.network import Trainer
from bot.learning.lstm.shape import Course, Shape
from bot.learning.lstm.training import CHECKPOINT, train_network
from bot.learning.split_corpus import split_corpus
from tests.learn.text_folder import write_texts

SHAPE = Shape(layers=1, units=16, dropout=0.2, embedding=8)
COURSE = Course(
    SHAPE,
    batch=8,
    rate=2e-2,
    minutes=1000,
    most_steps=40,
    steps_to_warm=5,
    steps_a_round=10,
    judged_windows=16,
)


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """A corpus that is easy to learn."""
    body = "".join(
        f"def get_{number % 7}(self):\n    return self._{number % 7}\n" for number in range(60)
    )
    files = [body, body.replace("get", "find"), body.replace("self", "this"), body[::-1]]
    return split_corpus(write_texts(tmp_path_factory.mktemp("text"), {"a/a": files}))


@pytest.fixture(scope="module")
def trainer():
    """What computes the steps, compiled once for all tests."""
    return Trainer(COURSE)


@pytest.fixture(scope="module")
def trained(split, trainer, tmp_path_factory):
    """A training of 40 steps in one go, and the folder in which it is kept."""
    folder = tmp_path_factory.mktemp("whole")
    return train_network(split, COURSE, folder, _look_away, trainer), folder


def _look_away(_progress, _bits):
    pass


def _stop_after(steps, number):
    def watch(progress, _bits):
        if progress.step >= steps:
            signal.raise_signal(number)

    return watch


def test_bits_fall(trained):
    """Each round is judged, and the network learns."""
    result, _ = trained
    bits = [point.held_out_bits for point in result.progress.rounds]

    assert [10, 20, 30, 40] == [point.step for point in result.progress.rounds]
    assert bits == sorted(bits, reverse=True)
    assert bits[-1] < 4.5
    assert "steps" == result.progress.ended


def test_training_goes_on_bit_for_bit(split, trainer, trained, tmp_path):
    """Stopped by Ctrl-C after 21 steps and gone on with, all numbers are as without the stop."""
    _, whole = trained
    with pytest.raises(KeyboardInterrupt):
        train_network(split, COURSE, tmp_path, _stop_after(21, signal.SIGINT), trainer)
    stopped = load_checkpoint(tmp_path / CHECKPOINT).progress
    train_network(split, COURSE, tmp_path, _look_away, trainer)

    expected, actual = (load_checkpoint(path / CHECKPOINT) for path in (whole, tmp_path))

    assert 21 == stopped.step
    assert len(actual.arrays) == len(expected.arrays) > 10
    for kept, again in zip(
        expected.arrays + expected.best, actual.arrays + actual.best, strict=True
    ):
        assert np.array_equal(kept, again)


def test_a_training_that_is_done_is_not_done_again(split, trainer, trained):
    """What has ended is given as it is; more is learnt where more is allowed."""
    result, folder = trained

    again = train_network(
        split, COURSE, folder, lambda _progress, _bits: pytest.fail("learnt"), trainer
    )

    assert result.progress.rounds == again.progress.rounds
    for kept, weight in zip(result.weights, again.weights, strict=True):
        assert np.array_equal(kept, weight)


def test_a_full_disk_leaves_the_last_checkpoint(split, trained, tmp_path):
    """A checkpoint that cannot be written whole names its file; the one before stays."""
    _, folder = trained
    path = folder / CHECKPOINT
    before = path.read_bytes()
    kept = load_checkpoint(path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large") as full:
            kept.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)

    assert str(path) == full.value.filename
    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:200],
        lambda _: b"\x80\x04N.",
        # what says how a member is packed: it is encrypted
        lambda content: content.replace(b"PK\x01\x02-\x03-\x00\x00", b"PK\x01\x02-\x03-\x00\x01"),
    ],
)
def test_a_broken_checkpoint_is_told(split, trainer, trained, tmp_path, damage):
    """A checkpoint that is cut short, a pickle or encrypted is refused with what to do."""
    _, folder = trained
    path = tmp_path / CHECKPOINT
    path.parent.mkdir()
    path.write_bytes(damage((folder / CHECKPOINT).read_bytes()))

    with pytest.raises(BrokenCheckpoint, match=r"cannot be read.*Delete it to learn"):
        train_network(split, COURSE, tmp_path, _look_away, trainer)


def test_training_ends_where_it_gets_no_better():
    """The best round is told, and how many came after it."""
    rounds = [Round(step, step, step, 3.0, bits) for step, bits in enumerate([5, 3, 4, 4])]
    progress = Progress("x", rounds=tuple(rounds))

    assert rounds[1] == progress.best
    assert 2 == progress.count_rounds_since_best()


def test_rate_rises_then_falls():
    """The learning rate rises first, and ends at a 50th, by steps or by the clock."""
    rates = [COURSE.compute_rate(step, 0) for step in (0, 4, 39)]

    assert rates[2] < rates[0] < rates[1] < COURSE.rate
    assert COURSE.compute_rate(1000, 10**6) == pytest.approx(COURSE.rate / 50)


def test_curves_are_drawn_and_logged(trained, tmp_path):
    """The curves are a picture, and TensorBoard reads as many points as there were rounds."""
    result, _ = trained
    log = EventLog(tmp_path)
    log.follow(result.progress.rounds[:2])
    log.follow(result.progress.rounds)
    log.close()
    draw_curves(result.progress, {"n-gram": 2.0}, tmp_path / "curves.png")

    events = EventAccumulator(str(tmp_path / "events"))
    events.Reload()
    points = events.Scalars("bits per character/held out")
    assert [10, 20, 30, 40] == [point.step for point in points]
    assert b"\x89PNG" == (tmp_path / "curves.png").read_bytes()[:4]
