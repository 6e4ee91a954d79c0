"""Durable runs on DBOS, and the record that several processes may share.

Begin with `durable_engine`, which puts the parts together. By what they are for:

- A run: `durable_run`; what it does is recorded by `step_recorder` as a `step_output`. What it
  waits for: `run_waits`, told to people by `wait_reports`; what it is told: `run_messages`,
  `run_inbox`; what it looks up: `recorded_lookups`; what is left of it: `run_logger`, `run_trace`,
  `run_fields`. `shared_prefixes` holds once what the states of many begin with.
- The engine: `runtime` is what all runs of a process share, `create_dbos` and `engine_loop` are
  DBOS itself. A run begins in `run_starts`, is written down by `enqueue_batcher` and taken up by
  `queue_worker`.
- Slots of work: `slots` in one process, `shared_slots` in several.
- The record: `record` is either `sqlite` or `postgres`, over `bounded_connection`; with its
  `record_version`, `record_clock`, `record_errors`, its `retention` and `copy_record`.
- Read from it: `journal`, `run_lookup`, `read_load`, `day_spending`, `recorded_pull_ends`.
- The fleet: `fleet_membership` ties the engine to a `fleet_member`, which says that this process
  lives, takes runs and takes over, in the words of `fleet_sql` and the rhythm of `fleet_timing`,
  and tells a `fleet_listener`; the `fence` holds back one that is taken for dead.
- What processes share beside runs: `recorded_commits`; `recorded_limits` of GitHub, `limit_sql`;
  `lost_deliveries`, `delivery_sql`.
- CI that is waited for: `ci_watch`, an `installation_watch` for each installation.
"""
