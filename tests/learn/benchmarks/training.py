"""How fast the network is trained, and that its memory does not grow with the corpus."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from bot.corpus.repository_text import RepositoryText
from bot.corpus.text_writer import TextFiles, write_text
from bot.learning.lstm.shape import PRESETS, WINDOW
from bot.learning.lstm.training import train_network
from bot.learning.split_corpus import split_corpus
from tests.learn.benchmarks.learn_bench import LearnBench, show_table

MILLIONS = (10, 100, 400)  # characters of a corpus
FILE_CHARACTERS = 100_000
STEPS = 60


def show_training(bench: LearnBench) -> None:
    """Show it for corpora of several sizes, each in a process of its own."""
    columns = ("corpus", "characters a second", "a CPU second", "memory at most")
    show_table(
        "Training the network, preset small", columns, map(_measure, [bench.work] * 3, MILLIONS)
    )


def _measure(work, millions):
    words = [sys.executable, "-m", __spec__.name, str(work), str(millions)]
    ended = subprocess.run(words, capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout)
    return (
        f"{millions} million characters",
        f"{told['rate']:,.0f}",
        f"{told['cpu_rate']:,.0f}",
        f"{told['peak_bytes'] / 1e6:,.0f} MB",
    )


def train_once(work, millions):
    """Train on a corpus of so many characters, and print what it took."""
    text = _write_corpus(work, millions * 1_000_000)
    course = replace(PRESETS["small"], most_steps=STEPS, minutes=1000, steps_a_round=STEPS + 1)
    marks = []

    def watch(progress, _bits):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        marks.append((progress.step, progress.elapsed_s, usage.ru_utime + usage.ru_stime))

    train_network(split_corpus([text]), course, work / f"lstm-{millions}", watch)
    (first, began_s, began_cpu_s), (last, ended_s, ended_cpu_s) = marks[0], marks[-1]
    characters = (last - first) * course.batch * WINDOW
    told = {
        "rate": characters / (ended_s - began_s),
        "cpu_rate": characters / (ended_cpu_s - began_cpu_s),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    sys.stdout.write(json.dumps(told))


def _write_corpus(work, characters):
    """Write one repository of so many characters: our own code, over and over."""
    sources = sorted(Path("bot").rglob("*.py"))
    body = "".join(path.read_text("utf-8") for path in sources)[:FILE_CHARACTERS]
    files = TextFiles.of(work, f"greenlit-{characters}")
    with write_text(files) as writer:
        for _ in range(characters // FILE_CHARACTERS):
            writer.add(body)
    return RepositoryText("greenlit", "MIT", "0" * 40, files.codes, files.starts)


if __name__ == "__main__":
    train_once(Path(sys.argv[1]), int(sys.argv[2]))
