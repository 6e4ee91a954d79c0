"""Reports on a month's orders."""

import time
from collections import Counter

from app.store import orders_of

BOOKKEEPING_S = 0.2  # the ledger is slow, and slower at the end of a quarter


class UnknownMonth(Exception):
    """There is no order in the month."""


def build_report(month: str) -> dict:
    """Count, total and best customer of a month. Slow: it asks the ledger."""
    orders = orders_of(month)
    if not orders:
        raise UnknownMonth(f"there are no orders in {month}")
    time.sleep(BOOKKEEPING_S)
    spent = Counter()
    for order in orders:
        spent[order.customer] += order.cents
    return {
        "month": month,
        "orders": len(orders),
        "total_cents": sum(spent.values()),
        "best_customer": spent.most_common(1)[0][0],
    }
