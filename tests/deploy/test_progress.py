"""Nix's events in, numbers out."""

from __future__ import annotations

import json
from typing import Any

from hmls.deploy.nix_json import Message, Stop, parse_event
from hmls.deploy.progress import Meter, Report, derivation_name

BUILDS, BUILD, DOWNLOAD, COPY = 104, 105, 101, 100
PROGRESS, EXPECTED = 105, 106


def report(*events: dict[str, Any]) -> Report:
    meter = Meter()
    for data in events:
        event = parse_event("@nix " + json.dumps(data))
        assert event is not None
        meter.add(event)
    return meter.report


def start(id: int, type: int, *fields: Any, text: str = "") -> dict[str, Any]:
    return {"action": "start", "id": id, "type": type, "text": text, "fields": list(fields)}


def result(id: int, type: int, *fields: Any) -> dict[str, Any]:
    return {"action": "result", "id": id, "type": type, "fields": list(fields)}


def stop(id: int) -> dict[str, Any]:
    return {"action": "stop", "id": id}


def test_nothing_is_known_at_first() -> None:
    assert report().text == "starting"
    assert report().percentage is None


def test_builds() -> None:
    drv = "/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-hello-2.12.drv"
    now = report(start(1, BUILDS), result(1, PROGRESS, 3, 12, 1, 0), start(2, BUILD, drv, "", 1, 1))
    assert (now.phase, now.text) == ("building", "built 3 of 12 · hello-2.12")
    assert now.percentage == 25


def test_downloads_of_several_files_are_added_up() -> None:
    mib = 1024 * 1024
    now = report(
        start(1, DOWNLOAD),
        start(2, DOWNLOAD),
        result(1, PROGRESS, mib, 4 * mib, 0, 0),
        result(2, PROGRESS, 2 * mib, 6 * mib, 0, 0),
    )
    assert (now.phase, now.text) == ("fetching", "fetched 3.0 of 10.0 MiB")


def test_what_is_announced_counts_before_it_begins() -> None:
    now = report(start(1, 102), result(1, EXPECTED, DOWNLOAD, 5 * 1024 * 1024))
    assert now.text == "fetched 0.0 of 5.0 MiB"


def test_what_is_over_stays_done() -> None:
    now = report(start(1, DOWNLOAD), result(1, PROGRESS, 100, 100, 0, 0), stop(1))
    assert (now.fetched_bytes, now.to_fetch_bytes) == (100, 100)


def test_failures_are_counted() -> None:
    now = report(start(1, BUILDS), result(1, PROGRESS, 0, 2, 0, 1))
    assert now.text == "built 0 of 2 · 1 failed"


def test_evaluation_is_named() -> None:
    now = report(start(1, 0, text="evaluating derivation 'git+file:///repo#x'"))
    assert (now.phase, now.text) == ("evaluating", "evaluating derivation 'git+file:///repo#x'")


def test_parts_of_an_activation_are_named() -> None:
    meter = Meter()
    meter.activating("Activating linkGeneration")
    assert (meter.report.phase, meter.report.text) == ("activating", "Activating linkGeneration")


def test_lines_of_other_shapes_are_no_events() -> None:
    for line in ("", "building x", "@nix", "@nix {", "@nix []", '@nix {"action":"new"}'):
        assert parse_event(line) is None
    assert parse_event('@nix {"action":"stop","id":1}') == Stop(1)
    assert parse_event('@nix {"action":"msg","level":3,"msg":"x"}') == Message(3, "x")
    assert parse_event('@nix {"action":"stop","id":"1"}') is None


def test_names_of_derivations() -> None:
    assert derivation_name("/nix/store/8lb1qqk8qv0sc9nqnca1dqwym5wjvjvi-a-1.drv") == "a-1"
    assert derivation_name("odd") == "odd"
