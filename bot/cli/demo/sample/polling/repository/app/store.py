"""The orders, kept in memory."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    month: str
    customer: str
    cents: int


ORDERS = (
    Order("2026-08", "Ada", 1250),
    Order("2026-09", "Ada", 4000),
    Order("2026-09", "Grace", 9900),
    Order("2026-09", "Ada", 700),
)


def orders_of(month: str) -> list[Order]:
    """The orders of a month, oldest first."""
    return [order for order in ORDERS if order.month == month]
