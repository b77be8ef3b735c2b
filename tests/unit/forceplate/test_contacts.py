from __future__ import annotations

import numpy as np
import pytest

from imu.errors import InputError, UsageError
from imu.forceplate import ForceRecord, ForceUnit, find_contacts, flight_baseline, remove_drift

RATE_HZ = 1000.0
STEP_S, CONTACT_S, PEAK_N = 0.36, 0.25, 1500.0


def running(seconds: float = 10.0, *, drift_n: float = 0.0, noise_n: float = 0.0) -> ForceRecord:
    """Half sines, the first at 0.1 s, with a drift that bends."""
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    phase_s = (time_s - 0.1) % STEP_S
    force = np.where(phase_s < CONTACT_S, PEAK_N * np.sin(np.pi * phase_s / CONTACT_S), 0.0)
    bend = drift_n * (time_s / seconds) ** 2
    noise = np.random.default_rng(0).normal(0.0, noise_n, len(time_s))
    return ForceRecord(force + bend + noise, RATE_HZ)


def crossings(threshold_n: float) -> tuple[float, float]:
    """When a half sine crosses the threshold after its begin and before its end, s."""
    late_s = float(np.arcsin(threshold_n / PEAK_N) / np.pi * CONTACT_S)
    return late_s, CONTACT_S - late_s


def test_contacts_are_where_force_crosses_the_threshold() -> None:
    contacts = find_contacts(running())
    rise_s, fall_s = crossings(50.0)
    begins_s = 0.1 + STEP_S * np.arange(len(contacts))
    assert len(contacts) == 27
    assert contacts.initial_contact_s == pytest.approx(begins_s + rise_s, abs=1e-5)
    assert contacts.toe_off_s == pytest.approx(begins_s + fall_s, abs=1e-5)


def test_body_weights_and_newtons_give_the_same_contacts() -> None:
    newtons = ForceRecord(running().force, RATE_HZ, mass_kg=70.0)
    ours, theirs = find_contacts(newtons), find_contacts(newtons.in_body_weights())
    assert newtons.in_body_weights().unit is ForceUnit.BW
    assert ours.initial_contact_s == pytest.approx(theirs.initial_contact_s, abs=1e-9)


def test_noise_at_the_threshold_makes_no_extra_contacts() -> None:
    assert len(find_contacts(running(noise_n=4.0))) == 27


def test_contacts_that_the_record_cuts_off_are_left_out() -> None:
    whole = running()
    cut = ForceRecord(whole.force[200:-400], RATE_HZ, start_s=0.2)
    inside = find_contacts(whole).initial_contact_s[1:-1]
    assert find_contacts(cut).initial_contact_s == pytest.approx(inside, abs=1e-9)


def test_drift_is_followed_through_the_flights() -> None:
    clean, drifting = running(noise_n=3.0), running(drift_n=200.0, noise_n=3.0)
    added = drifting.force - clean.force
    found = flight_baseline(drifting)
    assert np.abs(found - added).max() < 3.0
    assert np.abs(flight_baseline(clean)).max() < 1.5


def test_without_its_drift_a_record_gives_the_contacts_it_had() -> None:
    clean, drifting = running(), running(drift_n=200.0)
    assert len(find_contacts(drifting)) < len(find_contacts(clean))
    assert find_contacts(remove_drift(drifting)).toe_off_s == pytest.approx(
        find_contacts(clean).toe_off_s, abs=5e-4
    )


def test_without_flights_drift_cannot_be_seen() -> None:
    walking = ForceRecord(700.0 + 80.0 * np.sin(np.arange(5000) / 80.0), RATE_HZ)
    standing = ForceRecord(np.full(5000, 700.0), RATE_HZ)
    for record in (walking, standing):
        assert not len(find_contacts(record))
    with pytest.raises(InputError, match="no flight"):
        remove_drift(standing)


def test_nobody_on_the_plate_is_no_contact() -> None:
    quiet = ForceRecord(np.random.default_rng(1).normal(0.0, 5.0, 5000), RATE_HZ)
    assert not len(find_contacts(quiet))


@pytest.mark.parametrize(
    ("force", "rate_hz", "mass_kg", "words"),
    [
        (np.array([1.0]), 100.0, None, "at least two samples"),
        (np.array([1.0, np.nan]), 100.0, None, "empty or infinite"),
        (np.ones(5), 0.0, None, "rate_hz"),
        (np.ones(5), 100.0, -3.0, "mass_kg"),
    ],
)
def test_records_that_cannot_be(force: np.ndarray, rate_hz: float, mass_kg: float | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        ForceRecord(force, rate_hz, mass_kg=mass_kg)


def test_body_weights_need_a_mass() -> None:
    with pytest.raises(UsageError, match="mass_kg"):
        running().in_body_weights()
