"""Print accounts and orders as CSV."""

import csv
import sys
from typing import TextIO

from bank.account import Account
from bank.order import Order


def describe_account(account: Account) -> dict[str, object]:
    """Make the row of an account."""
    return {"kind": account.owner, "total": account.total()}


def describe_order(order: Order) -> dict[str, object]:
    """Make the row of an order."""
    return {"kind": "order", "total": order.total()}


def write_csv(file: TextIO, accounts: list[Account], orders: list[Order]) -> None:
    """Write a row for each account and order."""
    rows = csv.DictWriter(file, ["kind", "total"], lineterminator="\n")
    rows.writeheader()
    rows.writerows(map(describe_account, accounts))
    rows.writerows(map(describe_order, orders))


if __name__ == "__main__":
    write_csv(sys.stdout, [Account("ada", [500, 250])], [Order([120, 80])])
