"""Prices in the customer's currency."""

from shop.rates import fetch_rate


def price_in(cents: int, currency: str) -> str:
    """Give a price as the customer reads it."""
    price = cents / 100 * fetch_rate(currency)
    return f"{price:.2f} {currency}"


def prices_in(cents: int, currencies: list[str]) -> list[str]:
    """Give a price in several currencies."""
    return [price_in(cents, currency) for currency in currencies]
