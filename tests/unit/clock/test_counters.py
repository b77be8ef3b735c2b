from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imu.clock.counters import nearest


@given(st.integers(-(10**12), 10**12), st.sampled_from([8, 16, 32]), st.floats(-0.49, 0.49))
def test_a_step_is_found_when_the_hint_is_within_half_the_range(true: int, bits: int, off: float) -> None:
    modulus = 1 << bits
    assert nearest(true % modulus, modulus, true + off * modulus) == true
