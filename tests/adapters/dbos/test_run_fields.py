"""Each line of a run names the run and the delivery, whatever the run is about."""

from bot.adapters.dbos.run_fields import list_run_fields
from bot.adapters.dbos.wait_reports import WaitPolicy
from bot.log_fields import read_log_fields
from bot.run import step
from bot.values import Repo, Request, RunReport, RunState
from bot.values.merges import MovedBase
from bot.values.part_progress import PartsNews
from bot.values.set_aside_run import SetAsideRun
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, ended, start

REPO = Repo("o/r")
ASKED = Request(REPO, 7, "ada", "", "guid")


def test_a_run_names_itself_and_the_delivery_that_asked_for_it():
    """What handles a command has no number, and is named by its issue."""
    assert {"run": "o/r#7/1", "delivery": "guid"} == list_run_fields("o/r#7/1", ASKED)
    assert {"run": "o/r#7", "delivery": "guid"} == list_run_fields("command/guid", ASKED)


def test_what_follows_an_event_names_its_delivery():
    """Nobody asked for it, and GitHub told of it all the same."""
    moved = MovedBase(REPO, "guid", "ada")

    assert {"run": "base/guid", "delivery": "guid"} == list_run_fields("base/guid", moved)
    assert {"run": "parts/guid", "delivery": "guid"} == list_run_fields(
        "parts/guid", PartsNews(REPO, 7, "guid")
    )
    assert {"run": "parts/o/r#8/1", "delivery": ""} == list_run_fields(
        "parts/o/r#8/1", PartsNews(REPO, 7, "o/r#8/1", after="o/r#8/1")
    )


def test_what_tells_of_a_run_that_was_set_aside_names_that_one():
    """Whoever looks for the run finds it."""
    told = list_run_fields("set-aside/o/r#7/1", SetAsideRun("o/r#7/1", ASKED))

    assert {"run": "o/r#7/1", "delivery": "guid"} == told


def test_what_is_logged_while_people_are_told_of_a_wait_names_the_run(tmp_path, diary):
    """It is done in a thread, beside the record."""
    named = []

    @step("report")
    def report(ports, state: RunState) -> RunReport:
        named.append(dict(read_log_fields()))
        return RunReport(1, "waits")

    policy = WaitPolicy(first_s=0.2)
    engine = durable(tmp_path / "home", on_run_waits=report, wait_policy=policy)
    engine.launch()
    ended(engine, start(engine, stories.outage, diary, key="o/r#1/1", seconds=1.0))
    engine.close()

    assert {"run": "o/r#1/1"} == named[0]
