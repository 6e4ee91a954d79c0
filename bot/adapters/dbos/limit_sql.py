"""What processes that share a record ask of it about GitHub's limits. Its clock alone counts."""

from __future__ import annotations

TABLES = (
    # The last write of an installation, and its writes of content within an hour, newest first.
    """
    create table if not exists greenlit.write_turns (
      installation bigint primary key,
      last_at timestamptz not null,
      content_at timestamptz[] not null default '{}'
    )
    """,
    # Until when GitHub takes no more requests of an installation; 0 is the App itself.
    """
    create table if not exists greenlit.request_limits (
      installation bigint not null,
      resource text not null,
      until timestamptz not null,
      primary key (installation, resource)
    )
    """,
)

# No turn is given out that is further away: one that is was given out before the clock was set
# back, and would stop all writes until the clock is there again.
_LATEST = "clock_timestamp() + make_interval(secs => %(longest_wait_s)s)"
# Where there are not so many writes yet, a place of the array is null, which `greatest` skips.
_TURN = f"""greatest(
  clock_timestamp(),
  case when known.last_at <= {_LATEST}
    then known.last_at + make_interval(secs => %(pause_s)s) end,
  case when %(creates_content)s and known.content_at[%(content_per_minute)s] <= {_LATEST}
    then known.content_at[%(content_per_minute)s] + interval '1 minute' end,
  case when %(creates_content)s and known.content_at[%(content_per_hour)s] <= {_LATEST}
    then known.content_at[%(content_per_hour)s] + interval '1 hour' end
)"""
# The turn is nobody's where it is too far away: no row comes back.
TAKE_TURN = f"""
insert into greenlit.write_turns as known (installation, last_at, content_at)
values (
  %(installation)s, clock_timestamp(),
  case when %(creates_content)s then array[clock_timestamp()] else '{{}}' end
)
on conflict (installation) do update set
  last_at = {_TURN},
  content_at = case when %(creates_content)s
    then array_prepend({_TURN}, known.content_at[:%(content_per_hour)s - 1])
    else known.content_at end
where {_TURN} <= {_LATEST}
returning extract(epoch from last_at - clock_timestamp())
"""  # noqa: S608 - of constants
FIND_TURN = f"""
select coalesce(max(extract(epoch from {_TURN} - clock_timestamp())), 0)
from greenlit.write_turns known where installation = %(installation)s
"""  # noqa: S608 - of constants

# None lasts longer than an hour: one that does was told before the clock was set back.
KEEP_LIMIT = """
insert into greenlit.request_limits as known (installation, resource, until)
values (
  %(installation)s, %(resource)s,
  clock_timestamp() + make_interval(secs => least(%(left_s)s, 3600))
)
on conflict (installation, resource) do update set
  until = least(greatest(known.until, excluded.until), clock_timestamp() + interval '1 hour')
"""
# As JSON, for what asks for them brings back a row of something else.
LIST_LIMITS = """
select json_agg(json_build_array(
  installation, resource, extract(epoch from until - clock_timestamp())
))
from greenlit.request_limits
where until > clock_timestamp() and until < clock_timestamp() + interval '61 minutes'
"""
DELETE_LIMITS = (
    "delete from greenlit.write_turns where last_at < clock_timestamp() - interval '1 day'",
    "delete from greenlit.request_limits where until < clock_timestamp() - interval '1 day'",
)
