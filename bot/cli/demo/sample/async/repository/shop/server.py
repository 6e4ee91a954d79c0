"""Answer customers: each sends a line such as `1200 EUR`, and gets the price."""

import asyncio

from shop.prices import price_in
from shop.rates import UnknownCurrency


async def answer(line: str) -> str:
    """Answer one line."""
    cents, currency = line.split()
    try:
        return price_in(int(cents), currency)
    except UnknownCurrency as unknown:
        return f"unknown currency: {unknown}"


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer a customer until they leave."""
    while line := await reader.readline():
        writer.write(f"{await answer(line.decode())}\n".encode())
        await writer.drain()
