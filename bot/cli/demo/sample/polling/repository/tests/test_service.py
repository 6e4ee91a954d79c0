from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_orders_of_a_month():
    answer = client.get("/orders", params={"month": "2026-09"})

    assert [order["customer"] for order in answer.json()] == ["Ada", "Grace", "Ada"]


def test_report_of_a_month():
    answer = client.post("/reports/2026-09")

    assert answer.status_code == 200
    assert answer.json() == {
        "month": "2026-09",
        "orders": 3,
        "total_cents": 14600,
        "best_customer": "Grace",
    }


def test_report_of_an_unknown_month_is_refused_in_words():
    answer = client.post("/reports/2031-01")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "there are no orders in 2031-01"
