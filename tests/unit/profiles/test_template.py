"""Byte templates."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.profiles.template import ByteTemplate, pack_number, unpack_number
from imu.profiles.wire import WireType, int_limits, is_float


def test_render_and_match_are_inverse() -> None:
    template = ByteTemplate("02 {rate:u16} 'IMU/{rate}/' {gain:f32be} {low:i24}")
    data = template.render({"rate": 208, "gain": 0.5, "low": -2})
    assert data == bytes.fromhex("02 d000") + b"IMU/208/" + bytes.fromhex("3f000000 feffff")
    assert template.match(data) == {"rate": 208, "gain": 0.5, "low": -2}
    assert template.match(b"\x03" + data[1:]) is None
    assert template.match(data[:-1]) is None


@given(wire_type=st.sampled_from([t for t in get_args(WireType) if not is_float(t)]), data=st.data())
def test_every_whole_number_survives_packing(wire_type: str, data: st.DataObject) -> None:
    value = data.draw(st.integers(*int_limits(wire_type)))
    assert unpack_number(pack_number(value, wire_type), wire_type) == value


@pytest.mark.parametrize(("value", "wire_type"), [(256, "u8"), (-1, "u16"), (0.5, "i8"), (1e39, "f32")])
def test_a_number_that_does_not_fit_is_refused(value: float, wire_type: str) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        pack_number(value, wire_type)
