"""What processes that share a record ask of it: who lives, who works, and who takes what over."""

from __future__ import annotations

from bot.adapters.dbos.limit_sql import LIST_LIMITS

QUEUE = "runs"  # new runs, and those that a dead process left: nobody works on it, all take from it
OWN_QUEUE = "runs of {worker}"
# The channels of NOTIFY. What is heard there is a hint; the tables say how it is.
STARTS, GRANTS, SIGNALS = "greenlit_starts", "greenlit_grants", "greenlit_signals"
# Advisory locks of transactions: one process at a time gives slots, and one takes runs.
SLOT_LOCK, TAKE_LOCK = 7_101_001, 7_101_002
RETENTION_LOCK = 7_101_003  # of a session: one process at a time deletes what is old
MOST_STEP_DEATHS = 3  # in a row at the same step, until a run is set aside

# It is not taken for dead while it is launched, which takes as long as it takes.
ENTER = """
insert into greenlit.workers (worker, machine, slots, beat_at)
values (
  %(worker)s, %(machine)s, %(slots)s, clock_timestamp() + make_interval(secs => %(launch_s)s)
)
returning extract(epoch from clock_timestamp())::float
"""
# What is to be known each second comes back with it.
BEAT = f"""
update greenlit.workers set beat_at = clock_timestamp(), slots = %(slots)s
where worker = %(worker)s
returning
  extract(epoch from clock_timestamp())::float,
  ({LIST_LIMITS}),
  (select oldest from greenlit.record_version) > %(version)s,
  (select greatest(count(*), 1) from greenlit.workers where slots > 0)
"""  # noqa: S608 - of constants
FIND_DEAD = """
select worker from greenlit.workers
where beat_at < clock_timestamp() - make_interval(secs => %(dead_after_s)s)
"""
# Asked again with its row locked: a process that was heard of just now lives, and one that is to
# be heard of waits, and finds itself gone.
LOCK_DEAD = FIND_DEAD + "and worker = %(worker)s for update"
# A process that is no member any more takes nothing; one that is stays so until it has.
LOCK_MEMBER = "select worker from greenlit.workers where worker = %(worker)s for key share"

# A death counts where the run had a slot, so was at work; in a row where no step came between.
COUNT_DEATHS = """
insert into greenlit.deaths as known (run, deaths, steps)
select slots.run, 1, count(done.function_id)
from greenlit.slots
left join dbos.operation_outputs done on done.workflow_uuid = slots.run
where slots.worker = %(worker)s and slots.granted_at is not null
group by slots.run
on conflict (run) do update set
  deaths = case when excluded.steps > known.steps then 1 else known.deaths + 1 end,
  steps = excluded.steps, died_at = clock_timestamp()
"""
SET_ASIDE = """
update dbos.workflow_status set
  status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', owner_xid = null,
  updated_at = (extract(epoch from clock_timestamp()) * 1000)::bigint,
  completed_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
where executor_id = %(worker)s and status = 'PENDING' and workflow_uuid in (
  select run from greenlit.deaths where deaths >= %(most_deaths)s
)
returning workflow_uuid
"""
# Whoever set it aside may have died before people were told: its deaths are known until they are.
# A process of a version that does not know the story cannot tell whom it is about.
UNTOLD = """
select run from greenlit.deaths join dbos.workflow_status on workflow_uuid = run
where status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' and name = any(%(stories)s)
"""
NOTE_TOLD = """
delete from greenlit.deaths where run = %(run)s and exists (
  select from dbos.workflow_status
  where workflow_uuid = %(run)s and status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'
)
"""
# As the engine's own recovery does, but into the queue that all take from, and what waited there.
LEAVE_RUNS = """
update dbos.workflow_status set
  status = 'ENQUEUED', owner_xid = null, started_at_epoch_ms = null,
  updated_at = (extract(epoch from clock_timestamp()) * 1000)::bigint,
  -- The engine gives a run up that was handed over too often. One that was handed over by a
  -- process that ends has harmed none.
  recovery_attempts = case when %(is_orderly)s then 0 else recovery_attempts end,
  queue_name = %(queue)s
where (executor_id = %(worker)s and status = 'PENDING')
  or (queue_name = %(own_queue)s and status = 'ENQUEUED')
"""
LEAVE_ALL = (
    LEAVE_RUNS,
    "delete from greenlit.slots where worker = %(worker)s",
    "delete from dbos.queues where name = %(own_queue)s",
    "delete from greenlit.workers where worker = %(worker)s",
)

# What this process has taken, so that it can tell what it does not run: the record was away when
# it was to be begun, or to be written down.
TAKEN = """
select workflow_uuid from dbos.workflow_status
where executor_id = %(worker)s and status = 'PENDING'
"""
PUT_BACK = (
    "delete from greenlit.slots where worker = %(worker)s and run = any(%(runs)s)",
    """
    update dbos.workflow_status set
      status = 'ENQUEUED', owner_xid = null, started_at_epoch_ms = null, queue_name = %(queue)s,
      updated_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
    where executor_id = %(worker)s and status = 'PENDING' and workflow_uuid = any(%(runs)s)
    """,
)
# Signals that came while this process did not listen.
UNHEARD = "select distinct destination_uuid from dbos.notifications where not consumed"

# A run that was set aside, and how it goes on.
ASIDE = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
FIND_STATUS = "select status from dbos.workflow_status where workflow_uuid = %(run)s for update"
BRING_BACK = (
    """
    update dbos.workflow_status set
      status = 'ENQUEUED', queue_name = %(queue)s, recovery_attempts = 0, owner_xid = null,
      started_at_epoch_ms = null, completed_at = null,
      updated_at = (extract(epoch from clock_timestamp()) * 1000)::bigint
    where workflow_uuid = %(run)s
    """,
    "delete from greenlit.deaths where run = %(run)s",
    "select pg_notify('greenlit_starts', '')",
)

IS_WAITING = """
select exists (
  select from dbos.workflow_status where status = 'ENQUEUED' and queue_name = %(queue)s
    and name = any(%(stories)s)
)
"""
# Each process takes its share of the runs, by its slots; the owners' oldest in turn, so that one
# with five hundred lets the others through. A run stays where it is taken, so who is full leaves
# it to those who have room. As many new runs as a process has room for are its own where it took
# the last one of their repository, so has the mirror: the others leave them to it, for a moment.
# `in` ... `is true` keeps PostgreSQL from a join of all with all, which it takes for cheap where it
# has not counted the rows yet, as after the first thousands of starts.
TAKE = """
with waiting as (
  select workflow_uuid, created_at,
    case when strpos(workflow_uuid, '#') > 0 then split_part(workflow_uuid, '#', 1) end as repo,
    updated_at > (extract(epoch from clock_timestamp()) - %(leave_s)s) * 1000 as is_new,
    row_number() over (
      partition by split_part(workflow_uuid, '/', 1) order by created_at, workflow_uuid
    ) as turn
  from dbos.workflow_status
  where status = 'ENQUEUED' and queue_name = %(queue)s and name = any(%(stories)s)
), alive as (
  select worker, slots, slots > (
    select count(*) from greenlit.slots held where held.worker = workers.worker
  ) as has_room, slots - (
    select count(*) from greenlit.slots held where held.worker = workers.worker
  ) - (
    select count(*) from dbos.workflow_status taken
    where queue_name = 'runs of ' || workers.worker
      and (status = 'ENQUEUED' or status = 'PENDING' and started_at_epoch_ms
        > (extract(epoch from clock_timestamp()) - %(begin_s)s) * 1000)
      and not exists (select from greenlit.slots where run = taken.workflow_uuid)
  ) as room
  from greenlit.workers
  where beat_at > clock_timestamp() - make_interval(secs => %(dead_after_s)s)
), near as (
  select distinct on (workflow_uuid) workflow_uuid, worker, room, turn, created_at
  from waiting
  join greenlit.mirrors using (repo)
  join alive on substring(worker from '([^-]*)-[^-]*$') = home and room > 0
  where is_new
  order by workflow_uuid, worker = %(worker)s desc, used_at desc, worker
), kept as (
  select workflow_uuid, worker from (
    select *, row_number() over (
      partition by worker order by turn, created_at, workflow_uuid
    ) as place
    from near
  ) placed
  where place <= room
), share as (
  select ceil((select count(*) from waiting)::float * %(slots)s / greatest(sum(slots), 1)) as runs
  from alive
  having bool_or(has_room and worker = %(worker)s) or not bool_or(has_room)
), turns as (
  select workflow_uuid, repo, kept.worker as kept_for, row_number() over (
    partition by kept.worker is null order by turn, waiting.created_at, workflow_uuid
  ) as place
  from waiting left join kept using (workflow_uuid)
), chosen as (
  select workflow_uuid, repo from turns
  where kept_for = %(worker)s or kept_for is null and place <= coalesce((select runs from share), 0)
    - (select count(*) from kept where worker = %(worker)s)
), noted as (
  insert into greenlit.mirrors (repo, home)
  select distinct repo, %(home)s from chosen where repo is not null
  on conflict (repo, home) do update set used_at = excluded.used_at
)
update dbos.workflow_status set queue_name = %(own_queue)s
where (workflow_uuid in (select workflow_uuid from chosen)) is true
  and status = 'ENQUEUED' and queue_name = %(queue)s
"""

# Only as a member: the run of one that was taken for dead is in another's line.
ENTER_LINE = """
insert into greenlit.slots (run, worker, owner, repo, asked_at)
select run, workers.worker, split_part(repo, '/', 1), repo, asked_at
from greenlit.workers, unnest(%(entering)s::text[], %(repos)s::text[], %(asked_at)s::text[])
  as entering (run, repo, asked_at)
where workers.worker = %(worker)s
on conflict (run) do update set worker = excluded.worker, granted_at = case
  when greenlit.slots.worker = excluded.worker then greenlit.slots.granted_at end
"""
LEAVE_LINE = "delete from greenlit.slots where run = any(%(runs)s) and worker = %(worker)s"
# Gives one slot, and tells its process, unless that is the one that asks; no row where none is
# free. The owners take turns by what they have at work, and when they were served last; of one's
# runs the first is who asked first, and of one second the lower number. The line is not looked
# through while no process has room.
GRANT_NEXT = f"""
with held as (select worker, repo, owner from greenlit.slots where granted_at is not null),
by_worker as (select worker, count(*) as runs from held group by worker),
by_repo as (select repo, count(*) as runs from held group by repo),
by_owner as (select owner, count(*) as runs from held group by owner),
roomy as materialized (
  select workers.worker from greenlit.workers
  left join by_worker on by_worker.worker = workers.worker
  where workers.beat_at > clock_timestamp() - make_interval(secs => %(dead_after_s)s)
    and workers.slots > coalesce(by_worker.runs, 0)
    and (%(in_all)s::integer is null or %(in_all)s > (select count(*) from held))
), next as (
  select waiting.run from greenlit.slots waiting
  join roomy on roomy.worker = waiting.worker
  left join greenlit.owners on owners.owner = waiting.owner
  left join by_repo on by_repo.repo = waiting.repo
  left join by_owner on by_owner.owner = waiting.owner
  where waiting.granted_at is null and %(per_repository)s > coalesce(by_repo.runs, 0)
  order by coalesce(by_owner.runs, 0) / coalesce(owners.weight, 1),
    owners.served_at nulls first, waiting.asked_at, length(waiting.run), waiting.run
  limit 1
), granted as (
  update greenlit.slots set granted_at = clock_timestamp()
  where run = (select run from next) returning run, worker, owner
), served as (
  insert into greenlit.owners (owner, served_at) select owner, clock_timestamp() from granted
  on conflict (owner) do update set served_at = excluded.served_at
)
select run, case when worker <> %(asker)s then pg_notify('{GRANTS}', run)::text end from granted
"""  # noqa: S608 - of a constant
GRANTED = "select run from greenlit.slots where worker = %(worker)s and granted_at is not null"
IN_LINE = """
select run, repo, granted_at is not null from greenlit.slots order by asked_at, length(run), run
"""

# What is told of runs that ended, or are gone.
DELETE_DEATHS = """
delete from greenlit.deaths where not exists (
  select from dbos.workflow_status
  where workflow_uuid = run
    and (status = any(%(live)s) or status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
)
"""
DELETE_MIRRORS = """
delete from greenlit.mirrors where used_at < clock_timestamp() - make_interval(secs => %(kept_s)s)
"""
# Those of a repository with a run that lives stay: it may wait for months before it pushes. Its key
# begins with the repository's name.
DELETE_COMMITS = """
delete from greenlit.commits where (repo, sha) in (
  select repo, sha from greenlit.commits old
  where made_at < clock_timestamp() - make_interval(secs => %(kept_s)s)
    and not exists (
      select from dbos.workflow_status
      where workflow_uuid ~>=~ old.repo and workflow_uuid ~<~ (old.repo || '~')
        and status = any(%(live)s)
    )
  limit %(most)s
)
"""
