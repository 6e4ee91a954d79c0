"""Runs of a repository go to the process that has its mirror, while it lives and has room."""

from bot.adapters.dbos import fleet_sql
from bot.adapters.private_home import read_home_mark
from tests.adapters.dbos.fleet_stage import enqueue, find_queue, join_on, make_old


def test_a_run_is_left_to_who_has_the_mirror(record, database_url):
    """It took the repository's last run; so does the next process on its home. A run of another
    repository is anybody's.
    """
    near, far = join_on(database_url, "near"), join_on(database_url, "far")
    enqueue(record, "o/r#1/1")
    near._take(record)
    for key in ("o/r#2/1", "o/other#1/1"):
        enqueue(record, key)
    far._take(record)
    assert fleet_sql.QUEUE == find_queue(record, "o/r#2/1")
    assert far.own_queue == find_queue(record, "o/other#1/1")

    near.leave()
    after = join_on(database_url, "near")
    far._take(record)
    after._take(record)
    assert after.own_queue == find_queue(record, "o/r#2/1")


def test_a_run_goes_elsewhere_at_once_where_its_process_is_full(record, database_url):
    """As many as it has room for are its own; what it has only taken counts already."""
    near, far = join_on(database_url, "near", slots=2), join_on(database_url, "far", slots=8)
    enqueue(record, "o/r#1/1")
    near._take(record)
    for number in range(2, 6):
        enqueue(record, f"o/r#{number}/1")
    far._take(record)

    queues = [find_queue(record, f"o/r#{number}/1") for number in range(2, 6)]
    assert [fleet_sql.QUEUE, *[far.own_queue] * 3] == queues
    near._take(record)
    assert near.own_queue == find_queue(record, "o/r#2/1")


def test_a_run_goes_elsewhere_where_its_process_is_dead_or_silent(record, database_url):
    """Of one that is dead nothing is left to it; one that does not come has a moment."""
    near, far = join_on(database_url, "near"), join_on(database_url, "far")
    enqueue(record, "o/r#1/1")
    near._take(record)
    enqueue(record, "o/r#2/1")
    record.execute(
        "update dbos.workflow_status set updated_at = updated_at - 600 "
        "where workflow_uuid = 'o/r#2/1'"
    )
    far._take(record)
    assert far.own_queue == find_queue(record, "o/r#2/1")

    make_old(record, near)
    record.execute(
        "update greenlit.mirrors set used_at = used_at + interval '1 minute' where home = 'near'"
    )
    enqueue(record, "o/r#3/1")
    far._take(record)
    assert far.own_queue == find_queue(record, "o/r#3/1")


def test_the_owners_take_turns_beside_what_is_left_to_others(record, database_url):
    """Who comes with many does not pass the others; a share stays a share."""
    near, far = join_on(database_url, "near", slots=1), join_on(database_url, "far", slots=1)
    enqueue(record, "many/r#1/1")
    near._take(record)
    record.execute("delete from dbos.workflow_status")
    for number in range(2, 6):
        enqueue(record, f"many/r#{number}/1")
    enqueue(record, "few/r#1/1")
    far._take(record)

    query = "select workflow_uuid from dbos.workflow_status where queue_name = %s order by 1"
    taken = [key for (key,) in record.execute(query, [far.own_queue]).fetchall()]
    assert 3 == len(taken)
    assert "few/r#1/1" in taken
    assert "many/r#2/1" not in taken


def test_a_mark_is_of_a_home(tmp_path):
    """The next process reads the same."""
    first, second = tmp_path / "first", tmp_path / "second"
    for home in (first, second):
        home.mkdir()

    assert read_home_mark(first) == read_home_mark(first) != read_home_mark(second)
