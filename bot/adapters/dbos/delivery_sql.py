"""What is asked of the record about webhooks that never arrived, in words of both its kinds."""

from __future__ import annotations

# Times are seconds since the epoch.
TABLES = (
    # A webhook that no attempt brought through; ask_at is null once nobody asks for it any more.
    """
    create table if not exists {schema}lost_deliveries (
      guid text primary key,
      delivery bigint not null,
      name text not null,
      delivered_at double precision not null,
      asked integer not null default 0,
      ask_at double precision
    )
    """,
    # When GitHub's list is looked at next, and up to when it was read.
    """
    create table if not exists {schema}delivery_looks (
      id integer primary key check (id = 1),
      look_at double precision not null,
      read_until double precision not null
    )
    """,
    """
    insert into {schema}delivery_looks (id, look_at, read_until) values (1, 0, 0)
    on conflict do nothing
    """,
)

# A look that is further away than any limit lasts was put there by a clock that was wrong.
CLAIM_LOOK = """
update delivery_looks set look_at = :next_at
where look_at <= :now or look_at > :latest_at
"""
POSTPONE_LOOK = "update delivery_looks set look_at = :look_at"
READ_UNTIL = "select read_until from delivery_looks"
WRITE_UNTIL = "update delivery_looks set read_until = :until where read_until < :until"

LIST_KNOWN = "select guid from lost_deliveries"
ADD_LOST = """
insert into lost_deliveries (guid, delivery, name, delivered_at, ask_at)
values (:guid, :delivery, :name, :delivered_at, :now)
on conflict (guid) do update set delivery = excluded.delivery
"""
DROP_LOST = "delete from lost_deliveries where guid = :guid"
DROP_OLD = "delete from lost_deliveries where delivered_at < :before"
LIST_DUE = """
select guid, delivery, name, delivered_at, asked from lost_deliveries
where ask_at <= :now order by asked, delivered_at, guid limit :most
"""
NOTE_ASKED = """
update lost_deliveries set asked = asked + 1, ask_at = :ask_at where guid = :guid
"""
GIVE_UP = "update lost_deliveries set ask_at = null where guid = :guid"
