"""The state machine of a link, walked by hand."""

from __future__ import annotations

import pytest

from imu.model import LinkState
from imu.sources.ble.machine import BACK_OFF_S, STEADY_S, LinkMachine, Phase
from imu.units import NS_PER_S


def streaming(machine: LinkMachine, now_ns: int = 0) -> LinkMachine:
    while machine.phase is not Phase.STREAMING:
        machine.go_on(now_ns)
    return machine


def test_it_goes_from_search_to_stream_and_tells_each_step_once() -> None:
    machine = LinkMachine("left")
    told = [machine.go_on(0) for _ in range(4)]
    assert [notice.state for notice in told if notice] == [
        LinkState.SEARCHING,
        LinkState.SEARCHING,
        LinkState.SEARCHING,
        LinkState.CONNECTED,
    ]
    assert all(notice is not None and notice.text.startswith("left: ") for notice in told)


def test_only_a_stream_is_lost_an_attempt_that_failed_is_a_search() -> None:
    machine = LinkMachine("left")
    machine.go_on(0)
    failed = machine.end(0, "left: it failed")
    assert failed is not None
    assert failed.state is LinkState.SEARCHING
    lost = streaming(machine).end(0, "left: gone")
    assert lost is not None
    assert lost.state is LinkState.LOST


def test_the_wait_grows_with_each_failure_and_begins_anew_after_a_steady_stream() -> None:
    machine = LinkMachine("left")
    waits = []
    for _ in range(7):
        machine.go_on(0)
        machine.end(0, "left: it failed")
        waits.append(machine.retry_s)
    assert waits == [*BACK_OFF_S, 4.0, 4.0]
    streaming(machine).end(round((STEADY_S - 1) * NS_PER_S), "left: gone")
    assert machine.retry_s == 4.0
    streaming(machine).end(round(STEADY_S * NS_PER_S), "left: gone")
    assert machine.retry_s == BACK_OFF_S[0] <= 0.5


def test_some_troubles_ask_for_a_longer_wait() -> None:
    machine = LinkMachine("left")
    machine.go_on(0)
    machine.end(0, "left: full", least_s=4.0)
    assert machine.retry_s == 4.0


def test_a_failure_that_repeats_is_told_once() -> None:
    machine = LinkMachine("left")
    machine.go_on(0)
    assert machine.end(0, "left: full") is not None
    machine.phase = Phase.SEARCHING
    assert machine.end(0, "left: full") is None


def test_silence_is_counted_from_the_last_samples() -> None:
    machine = streaming(LinkMachine("left", silent_s=2.0), NS_PER_S)
    assert machine.silence_left_s(NS_PER_S) == 2.0
    machine.heard(2 * NS_PER_S)
    assert machine.silence_left_s(4 * NS_PER_S) <= 0


def test_a_stream_does_not_go_on_by_itself() -> None:
    machine = streaming(LinkMachine("left"))
    with pytest.raises(RuntimeError):
        machine.go_on(0)
