"""The file of known sensors: what is written is read back, and what is wrong is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imu.errors import UsageError
from imu.model import Placement, Side
from imu.sources.ble.registry import (
    KnownSensor,
    SensorsFileError,
    bind,
    find,
    forget,
    load_sensors,
    of_runner,
    parse_sensors,
    rename,
    render_sensors,
    save_sensors,
)

if TYPE_CHECKING:
    from pathlib import Path

LEFT = KnownSensor("softstrike 1", "softstrike-reference", "anna", Placement.SHOE, Side.LEFT, "0001")
RIGHT = KnownSensor("softstrike 2", "softstrike-reference", "anna", Placement.SHOE, Side.RIGHT, "0002", "red")
BOTH = (LEFT, RIGHT)


def changed(**values: Any) -> KnownSensor:
    return msgspec.structs.replace(LEFT, **values)


words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=64)


@given(name=words, serial=words, known_as=words, runner=words, rate=st.floats(1.0, 2000.0))
def test_whatever_is_written_is_read_back(
    name: str, serial: str, known_as: str, runner: str, rate: float
) -> None:
    one = changed(name=name, serial=serial, known_as=known_as, runner=runner, params={"rate_hz": rate})
    assert parse_sensors(render_sensors([one])) == (one,)


def test_a_file_that_is_not_there_knows_no_sensor(tmp_path: Path) -> None:
    assert load_sensors(tmp_path / "sensors.toml") == ()
    assert parse_sensors("") == ()


def test_the_file_is_replaced_as_a_whole_and_belongs_to_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sensors.toml"
    save_sensors(path, BOTH)
    save_sensors(path, (LEFT,))
    assert load_sensors(path) == (LEFT,)
    assert [each.name for each in path.parent.iterdir()] == ["sensors.toml"]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("schema = 1\n[[sensor", "end of document"),
        ("schema = 2", "schema"),
        ("schema = 1\nhat = 3", "hat"),
        (render_sensors(BOTH).replace('"right"', '"middle"'), "sensor[1].side"),
        (render_sensors(BOTH).replace('serial = "0002"', "serial = 2"), "sensor[1].serial"),
        (render_sensors(BOTH).replace('name = "softstrike 2"', 'name = ""'), "sensor[1].name"),
        (render_sensors((LEFT, LEFT)), "sensor[1]"),
        (render_sensors((LEFT, changed(serial="0009"))), "sensor[1]"),
        ("schema = 1\nsensor = 3", "sensor"),
        ("a = " + "[" * 5000, "TOML"),
    ],
)
def test_an_error_names_file_and_key(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "sensors.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SensorsFileError) as error:
        load_sensors(path)
    assert str(error.value).startswith(str(path))
    assert named in str(error.value)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"#" * 1_000_001])
def test_a_file_that_is_no_text_of_sensors_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sensors.toml"
    path.write_bytes(data)
    with pytest.raises(SensorsFileError):
        load_sensors(path)


def test_binding_again_replaces_and_another_in_the_same_place_is_refused() -> None:
    assert bind(BOTH, changed(runner="ben")) == (RIGHT, changed(runner="ben"))
    with pytest.raises(UsageError, match="left-shoe"):
        bind(BOTH, changed(serial="0009"))


def test_two_sensors_of_one_name_without_serial_numbers_are_told_apart_by_this_computer() -> None:
    one, two = changed(serial="", host_id="A"), changed(serial="", host_id="B", side=Side.RIGHT)
    assert bind((one,), two) == (one, two)


def test_a_sensor_is_found_by_any_of_its_names() -> None:
    assert find(BOTH, "red") == find(BOTH, "0002") == find(BOTH, "softstrike 2") == RIGHT
    with pytest.raises(UsageError, match="known are: red, softstrike 1"):
        find(BOTH, "blue")
    with pytest.raises(UsageError, match="2 sensors"):
        find((LEFT, changed(serial="0009", side=Side.RIGHT)), "softstrike 1")


def test_forgetting_and_renaming() -> None:
    assert forget(BOTH, "red") == (LEFT,)
    assert rename(BOTH, "0001", "blue")[0].title == "blue"
    with pytest.raises(UsageError, match="red"):
        rename(BOTH, "0001", "red")


def test_the_only_runner_needs_no_name() -> None:
    assert of_runner(BOTH, None) == BOTH
    others = (*BOTH, changed(runner="ben", serial="0009"))
    assert of_runner(others, "ben") == (others[2],)
    for sensors, runner, said in [
        (others, None, "--runner"),
        (BOTH, "eve", "anna"),
        ((), None, "sensors bind"),
    ]:
        with pytest.raises(UsageError, match=said):
            of_runner(sensors, runner)
