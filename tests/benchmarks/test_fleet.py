"""`rekam bench fleet` on a real mosquitto: a small fleet is told right, and a host that is wrong is found out."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from firmware.benchmarks import crowd, fleet
from firmware.benchmarks.hosts import Host
from firmware.errors import BrokerError
from firmware.telemetry.access import Access
from firmware.telemetry.publisher import StatusPublisher
from tests.brokers import Listener, free_port, mosquitto

SECONDS = 12.0


@pytest.mark.parametrize("is_page", [False, True], ids=["watch", "page"])
def test_a_small_fleet_is_told_right_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_page: bool
) -> None:
    """In two processes, so that what they tell has to be put together; beside a kit that is none of them."""
    monkeypatch.setattr(crowd, "EACH", 20)
    port = free_port()
    other = StatusPublisher(Access("127.0.0.1", port, "K1"), topic="rekam/v1/K1/status")
    with mosquitto(tmp_path, port), other:
        assert other.deliver({"kit": "K1"}, 20)
        report = fleet.run(f"127.0.0.1:{port}", 30, SECONDS, 1, is_page=is_page)
        assert report.is_well, report
        assert (report.heard, report.right) == (30, 30)
        assert report.befell["outage"] and sum(report.befell.values()) >= 3
        assert report.messages is None if is_page else report.messages and report.messages > 40
        assert report.host_bytes > 1e7 and report.kits_bytes > 1e7
        assert report.broker_bytes and report.broker_bytes > 1e6
        with Listener(port) as late, StatusPublisher(Access("127.0.0.1", port, "last"), topic="last") as last:
            assert last.deliver({"kit": "last"}, 20)
            late.wait_for(kit="last")
            left = {message.topic for message in late.messages} - {"spBv1.0/STATE/rekam.office"}
            assert left == {"last", "rekam/v1/K1/status"}
    lines = "\n".join(fleet.as_lines(report))
    assert "heard within 10 s        30, the last after" in lines and "told right at the end    30" in lines
    assert fleet.as_json(report)["wrong"] == {}


def host(**told: dict[str, Any]) -> Host:
    return cast(Host, SimpleNamespace(last=told))


def test_a_kit_that_is_told_otherwise_or_not_believed_is_wrong() -> None:
    late, early = "2999-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
    states = dict.fromkeys("ABCDE", "idle") | {"D": "lost"}
    told = host(
        A={"state": "idle", "until": late},
        B={"state": "lost", "until": None},
        C={"state": "idle", "until": early},
        D={"state": "lost", "until": None},
    )
    assert dict(fleet._wrong(states, told)) == {
        "B": "is idle, told lost",
        "C": f"is idle, believed until {early}",
        "E": "is idle, told None",
    }


@pytest.mark.parametrize("is_page", [False, True], ids=["watch", "page"])
def test_no_broker_is_one_message(is_page: bool) -> None:
    port = free_port()
    with pytest.raises(BrokerError, match=f"the broker 127.0.0.1:{port} cannot be reached"):
        fleet.run(f"127.0.0.1:{port}", 3, SECONDS, 1, is_page=is_page)
