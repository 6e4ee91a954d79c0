"""The service's endpoints."""

from dataclasses import asdict

from fastapi import FastAPI, HTTPException

from app.reports import UnknownMonth, build_report
from app.store import orders_of

app = FastAPI(title="Orders")


@app.get("/orders")
def list_orders(month: str) -> list[dict]:
    return [asdict(order) for order in orders_of(month)]


@app.post("/reports/{month}")
def create_report(month: str) -> dict:
    try:
        return build_report(month)
    except UnknownMonth as unknown:
        raise HTTPException(status_code=404, detail=str(unknown)) from unknown
