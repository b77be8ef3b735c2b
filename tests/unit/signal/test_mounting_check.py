"""The check of the mounting, on simulated runners whose mounting is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from imu.chain import Chain
from imu.model import Placement, SampleBatch, Side, Step
from imu.signal.mounting_check import CheckState, MountingCheck, MountingReport, Posture
from imu.sources.sim import SimSensor, simulate, two_shoes
from imu.units import NS_PER_S

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
OVER = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, -1.0)
"""Turned half round about the forward axis."""

RING_HZ, RING_DECAY_S, RING_G = 45.0, 0.25, 5.0


def shoes(left: tuple[float, ...] = FLAT, right: tuple[float, ...] = FLAT) -> tuple[SimSensor, SimSensor]:
    one, two = (
        SimSensor(
            sensor=f"{side}-shoe", placement=Placement.SHOE, side=side, mounting=mounting, rate_hz=208.0
        )
        for side, mounting in ((Side.LEFT, left), (Side.RIGHT, right))
    )
    return one, two


def check(
    sensors: tuple[SimSensor, SimSensor],
    *,
    seed: int = 1,
    swapped: bool = False,
    loose: str = "",
    usual_up: Mapping[str, tuple[float, float, float]] | None = None,
) -> MountingReport:
    """Run the check over a simulated session; swapped sensors bear each other's names."""
    session = simulate(two_shoes(), sensors, seed=seed, duration_s=30.0)
    names = {"left-shoe": "right-shoe", "right-shoe": "left-shoe"} if swapped else {}
    # The simulator mounts at random, and says so by the session's origin; people do not.
    header = msgspec.structs.replace(session.header, origin="live")
    chain, test = Chain(session.header), MountingCheck(header, usual_up)
    contacts_ns = session.header.origin_ns + np.asarray(
        session.truth["left-shoe"].initial_contact_s * NS_PER_S, dtype=np.int64
    )
    for item in session.inputs():
        for out in chain.push(item):
            if not isinstance(out, SampleBatch | Step):
                continue
            if isinstance(out, SampleBatch) and out.sensor == loose:
                out = swinging(out, contacts_ns)  # noqa: PLW2901 - the same samples, disturbed
            report = test.push(msgspec.structs.replace(out, sensor=names.get(out.sensor, out.sensor)))
            if report is not None:
                assert test.state is CheckState.DONE
                return report
    raise AssertionError(f"no report: the check waits for {test.state}")


def swinging(batch: SampleBatch, contacts_ns: np.ndarray) -> SampleBatch:
    """Add what a loose strap does: a slowly dying swing after each contact."""
    acc = batch.acc_g.copy()
    for contact_ns in contacts_ns:
        since_s = (batch.t_ns - contact_ns) / NS_PER_S
        swing = np.where((since_s > 0) & (since_s < 0.4), np.exp(-since_s / RING_DECAY_S), 0.0)
        acc[:, 1] += RING_G * swing * np.sin(2 * np.pi * RING_HZ * since_s)
    return msgspec.structs.replace(batch, acc_g=acc)


def found(report: MountingReport) -> set[tuple[str, Posture]]:
    return {(finding.sensor, finding.what) for finding in report.findings}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sensors_that_are_mounted_well_are_told_so(seed: int) -> None:
    report = check(shoes(), seed=seed)
    assert report.findings == ()
    assert report.text == "The sensors are mounted well."
    assert set(report.up) == {"left-shoe", "right-shoe"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_swapped_sensors_are_named(seed: int) -> None:
    report = check(shoes(), seed=seed, swapped=True)
    assert found(report) == {("right-shoe", Posture.SWAPPED)}
    assert "swap" in report.text


def test_a_loose_strap_is_named_with_its_sensor() -> None:
    assert found(check(shoes(), loose="left-shoe")) == {("left-shoe", Posture.LOOSE)}


def test_a_sensor_against_its_twin_is_upside_down() -> None:
    assert {what for _, what in found(check(shoes(left=OVER)))} == {Posture.UPSIDE_DOWN}


def test_a_sensor_is_compared_with_last_time() -> None:
    before = check(shoes()).up
    assert found(check(shoes(left=OVER, right=OVER), usual_up=before)) == {
        ("left-shoe", Posture.UPSIDE_DOWN),
        ("right-shoe", Posture.UPSIDE_DOWN),
    }
    turned = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    assert found(check(shoes(right=turned), usual_up=before)) == {("right-shoe", Posture.TURNED)}
    assert check(shoes(), usual_up=before).findings == ()
