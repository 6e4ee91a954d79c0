"""Look whether the record that several processes share can be used, where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record_version import RecordTooNewError, check_version
from bot.cli.doctor.diagnosis import Diagnosis, make_healthy
from bot.settings import SettingsReport


def check_database(report: SettingsReport) -> Iterator[Diagnosis]:
    """Check that the PostgreSQL takes this role and its tables; nothing is written there."""
    url = report.server.database_url
    if url is None:
        return
    record = PostgresRecord(url.get_secret_value())
    if trouble := record.find_trouble():
        text = f"{record.name} cannot be used: {trouble.rstrip('.')}."
        yield Diagnosis("Database", text, "Mend that, or GREENLIT_DATABASE_URL.")
        return
    try:
        check_version(record.read, record.name, record.version)
    except RecordTooNewError as newer:
        yield Diagnosis("Database", str(newer))
    else:
        yield make_healthy("Database", record.name)
