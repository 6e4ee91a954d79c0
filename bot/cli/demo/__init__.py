"""`greenlit demo`: an issue becomes a green pull request on this machine, live in the terminal.

The forge, git, the webhooks, the bot (`greenlit serve`, as its own process), its record and the
sample's CI are real. Without a key a conversation written by hand plays Claude's part.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import FrameType

from rich.console import Console
from rich.text import Text

from bot.cli.demo.bot_process import BotDied
from bot.cli.demo.last_screen import DemoResult, find_command, render_end
from bot.cli.demo.narration import open_issue, print_pull, watch_run
from bot.cli.demo.reviewer import list_threads, print_answers, submit_review
from bot.cli.demo.samples import LIST, POLLING, find_sample, render_samples
from bot.cli.demo.staging import Cast, Stage, set_stage
from bot.cli.inputs import WrongUseError, print_error, require_folder
from bot.cli.progress_line import show_progress
from bot.settings import ModelSettings, SettingsError, load_settings
from bot.text.terminal_text import strip_control

GREEN, NOT_GREEN, WRONG_USE, STOPPED = 0, 1, 2, 130
LOOK_S = 0.5  # between two looks at whether the bot still runs
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STARTING = "Starting a GitHub in a box and the bot"
ENDING = "Ending the bot and the GitHub in a box"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Whether Claude itself plays, where the files go, and whether all stays up at the end."""

    live: bool = False
    keep: Path | None = None
    stay: bool = True
    conversation: Path | None = None  # another one than the demo's own
    sample: str = POLLING.name


def play_demo(console: Console, options: DemoOptions) -> int:
    """Play it in the folder that is given, or in a new one.

    Returns 0 when the pull request opened green, 1 when not, 2 for wrong use, 130 when stopped.
    """
    if options.sample == LIST:
        console.print(render_samples())
        return GREEN
    home = options.keep.absolute() if options.keep else None
    try:
        sample = find_sample(options.sample)
        if home:
            _make_empty_home(home)
        model = load_settings(ModelSettings) if options.live else None
        cast = Cast(sample, model, options.conversation)
    except WrongUseError as wrong:
        print_error(wrong)
        return WRONG_USE
    except SettingsError as wrong:
        print_error(WrongUseError(f"--live needs Claude.\n{wrong}"))
        return WRONG_USE
    player = "A conversation written by hand"
    if cast.model:
        player = f"Claude itself ({cast.model.model})"
    console.print(Text(f"{player} plays Claude's part; all else is real.\n", "bold"))
    home = home or Path(mkdtemp(prefix="greenlit-demo-"))
    code = _play(console, home, cast, stay=options.stay and console.file.isatty())
    console.print(f"\nNothing is left running. Its files stay in {home}", soft_wrap=True)
    return code


def _make_empty_home(home: Path) -> None:
    """Make the folder if need be. Raises WrongUseError where it cannot be the demo's own."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise WrongUseError(f"{home} is a file, not a folder.") from None
    except OSError as wrong:
        raise WrongUseError(f"The folder {home} cannot be made: {wrong.strerror}.") from None
    require_folder(home)
    if any(home.iterdir()):
        raise WrongUseError(f"{home} is not empty: choose another place for the demo's files.")


def _play(console: Console, home: Path, cast: Cast, *, stay: bool) -> int:
    try:
        with _end_on_signals(), _open_stage(console, home, cast) as stage:
            began = time.monotonic()
            open_issue(console, stage)
            watch_run(console, stage)
            _review(console, stage)
            result = _collect_result(stage, time.monotonic() - began)
            console.print(render_end(result, find_command(), stay=stay), soft_wrap=True)
            if stay:
                _stay_up(stage)
            return GREEN if result.is_green else NOT_GREEN
    except BotDied as died:
        headline = Text("The bot ended by itself:", "bold red")
        console.print(headline, f"\n{strip_control(str(died))}", sep="")
        return NOT_GREEN
    except KeyboardInterrupt:
        console.print("Stopped.")
        return STOPPED


@contextmanager
def _open_stage(console: Console, home: Path, cast: Cast) -> Iterator[Stage]:
    """Start all of it, and end it after the block: both take seconds, which are shown."""
    with ExitStack() as stack:
        with show_progress(STARTING, console):
            stage = stack.enter_context(set_stage(home, cast))
        try:
            yield stage
        finally:
            with show_progress(ENDING, console):
                stack.close()


@contextmanager
def _end_on_signals() -> Iterator[None]:
    """Let Ctrl-C, a closed terminal and SIGTERM end the demo; what comes later changes nothing."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in END_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    # Who is cut off then need not complain here.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    before = {number: signal.signal(number, end) for number in END_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _review(console: Console, stage: Stage) -> None:
    """Review the pull request once it is open and green, and watch the bot answer; in the samples
    that have no review, show what it says.
    """
    pulls = stage.forge.list_pulls(stage.sample.repo)
    if not pulls or pulls[-1].draft:
        return
    if not stage.sample.has_review:
        print_pull(console, pulls[-1])
        return
    earlier = {run["key"] for run in stage.bot.list_runs()}
    submit_review(console, stage, pulls[-1])
    watch_run(console, stage, earlier)
    print_answers(console, list_threads(stage, pulls[-1].number))


def _collect_result(stage: Stage, took_s: float) -> DemoResult:
    """Look at what is on the forge in the end."""
    pulls = stage.forge.list_pulls(stage.sample.repo)
    misfits = stage.list_misfits()
    return DemoResult(
        repo=stage.sample.repo,
        pull=pulls[-1] if pulls else None,
        threads=list_threads(stage, pulls[-1].number) if pulls else (),
        misfit=misfits[0] if misfits else "",
        took_s=took_s,
        forge_url=stage.forge.state.web,
        page_url=stage.bot.page_url,
        git_dir=stage.forge.git_dir(stage.sample.repo),
        log=stage.bot.log,
    )


def _stay_up(stage: Stage) -> None:
    """Keep all of it up until somebody ends it, which is the end that was promised."""
    try:
        while True:
            stage.bot.require_alive()
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        return
