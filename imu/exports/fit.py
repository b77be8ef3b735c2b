"""An activity in Garmin's FIT format: steps and laps with developer fields, for training logs.

FIT has no place for the samples themselves and tells time in whole seconds: every accepted running step is in
it, rounded down to its second.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from imu import __version__
from imu.errors import UsageError
from imu.exports.places import Written
from imu.store.files import new_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imu.batch import SessionData

__all__ = ["LANDING_CODES", "export_fit"]

LANDING_CODES = {"heel": 1, "midfoot": 2, "forefoot": 3, "unsure": 4}
"""Numbers of the landing types in the file; a landing that cannot be measured has none."""

_APPLICATION = b"softstrike.fit.1"
"""Identity of the developer fields: 16 bytes."""

_MS_PER_S = 1000
_SIDES = ("left", "right")


class _Field(NamedTuple):
    name: str
    unit: str
    is_float: bool


_STEP_FIELDS = (_Field("impact", "g", True), _Field("contact", "ms", True), _Field("landing", "code", False))
_LAP_FIELDS = (
    _Field("impact", "g", True),
    _Field("heel_share", "percent", True),
    _Field("steps", "steps", True),
)
_FIELDS = [(f"{side}_{field.name}", field) for side in _SIDES for field in _STEP_FIELDS] + [
    (f"{side}_lap_{field.name}", field) for side in _SIDES for field in _LAP_FIELDS
]
_NUMBERS = {name: number for number, (name, _) in enumerate(_FIELDS)}


class _Step(msgspec.Struct, frozen=True):
    """A step as FIT holds it: time in s, values by field name."""

    time_s: float
    side: str
    cadence_spm: float | None
    values: dict[str, float]


def export_fit(
    session: SessionData, out: Path | str, *, overwrite: bool = False, started: dt.datetime | None = None
) -> Written:
    """Write a session as a FIT activity.

    Parameters
    ----------
    session : SessionData
        From :func:`imu.batch.load`.
    out : pathlib.Path or str
        File to write, ``.fit``.
    overwrite : bool
        Whether it may replace an existing file.
    started : datetime.datetime, optional
        When the session began; by default what it says itself.

    Returns
    -------
    Written

    Raises
    ------
    UsageError
        The session does not say when it began, or two sensors are on one leg.
    """
    begin_ms = _begin_ms(session, started)
    steps = list(_steps(session))
    laps = _laps(session)
    builder = _builder(begin_ms)
    for message in _messages(steps, laps, begin_ms):
        builder.add(message)
    out = Path(out)
    with new_file(out, overwrite=overwrite) as temporary:
        temporary.write_bytes(builder.build_bytes())
    notes = (
        "FIT holds no samples and times in whole seconds: take parquet or csv for the rest",
        f"left out: {len(session.steps) - len(steps)} steps that were walked or not accepted",
    )
    return Written(out, 0, len(steps), notes)


def _begin_ms(session: SessionData, started: dt.datetime | None) -> int:
    moment = started
    if moment is None and session.header.started_utc:
        moment = dt.datetime.fromisoformat(session.header.started_utc)
    if moment is None:
        raise UsageError(f"{session.path} does not say when it began: add --started 2026-05-01T09:00")
    return round(moment.timestamp()) * _MS_PER_S


def _steps(session: SessionData) -> Iterator[_Step]:
    """Yield accepted running steps, in order of time."""
    table = session.steps
    if table.groupby("side")["sensor"].nunique().gt(1).any():
        raise UsageError(f"{session.path} has two sensors on one leg, which FIT has no place for")
    good = table[(table["activity"] == "run") & table["accepted"].astype(bool)].sort_values(
        "initial_contact_s"
    )
    for row in good.to_dict("records"):
        values = {"impact": row["peak_accel_g"], "contact": row["contact_time_ms"]}
        kept = {name: float(value) for name, value in values.items() if value == value and value is not None}  # noqa: PLR0124
        if code := LANDING_CODES.get(row["strike"]):
            kept["landing"] = code
        cadence = row["cadence_spm"]
        known = cadence is not None and cadence == cadence  # noqa: PLR0124
        yield _Step(row["initial_contact_s"], row["side"], float(cadence) if known else None, kept)


def _laps(session: SessionData) -> list[tuple[float, float]]:
    """Begin and end of each lap, s; without marks the session is one lap."""
    marks = session.markers[session.markers["kind"] == "lap"]["time_s"]
    inner = sorted(float(time_s) for time_s in marks if 0 < time_s < session.duration_s)
    edges = [0.0, *inner, max(session.duration_s, 1.0)]
    return list(itertools.pairwise(edges))


def _builder(begin_ms: int) -> Any:
    from fit_tool.base_type import BaseType  # noqa: PLC0415 - slow to import
    from fit_tool.fit_file_builder import FitFileBuilder  # noqa: PLC0415
    from fit_tool.profile.messages.developer_data_id_message import DeveloperDataIdMessage  # noqa: PLC0415
    from fit_tool.profile.messages.field_description_message import FieldDescriptionMessage  # noqa: PLC0415
    from fit_tool.profile.messages.file_id_message import FileIdMessage  # noqa: PLC0415
    from fit_tool.profile.profile_type import FileType, Manufacturer  # noqa: PLC0415

    builder = FitFileBuilder(auto_define=True, min_string_size=32)
    identity = FileIdMessage()
    identity.type, identity.manufacturer = FileType.ACTIVITY, Manufacturer.DEVELOPMENT.value
    identity.product, identity.serial_number, identity.time_created = 0, 1, begin_ms
    builder.add(identity)
    maker = DeveloperDataIdMessage()
    maker.application_id, maker.developer_data_index = _APPLICATION, 0
    maker.application_version = int("".join(f"{int(part):02d}" for part in __version__.split(".")[:3]))
    builder.add(maker)
    for name, field in _FIELDS:
        description = FieldDescriptionMessage()
        description.developer_data_index, description.field_definition_number = 0, _NUMBERS[name]
        description.fit_base_type_id = BaseType.FLOAT32 if field.is_float else BaseType.UINT8
        description.field_name, description.units = name, field.unit
        builder.add(description)
    return builder


def _developer(values: dict[str, float]) -> list[Any]:
    """Make the developer fields of a message."""
    from fit_tool.base_type import BaseType  # noqa: PLC0415 - slow to import
    from fit_tool.developer_field import DeveloperField  # noqa: PLC0415

    made = []
    for name, value in values.items():
        field = dict(_FIELDS)[name]
        kind, size = (BaseType.FLOAT32, 4) if field.is_float else (BaseType.UINT8, 1)
        one = DeveloperField(
            field_id=_NUMBERS[name],
            name=name,
            base_type=kind,
            size=size,
            units=field.unit,
            developer_data_index=0,
        )
        one.set_value(0, value if field.is_float else int(value))
        made.append(one)
    return made


def _messages(steps: Sequence[_Step], laps: Sequence[tuple[float, float]], begin_ms: int) -> Iterator[Any]:
    from fit_tool.profile.messages.activity_message import ActivityMessage  # noqa: PLC0415 - slow to import
    from fit_tool.profile.messages.event_message import EventMessage  # noqa: PLC0415
    from fit_tool.profile.messages.lap_message import LapMessage  # noqa: PLC0415
    from fit_tool.profile.messages.session_message import SessionMessage  # noqa: PLC0415
    from fit_tool.profile.profile_type import Activity, Event, EventType, Sport  # noqa: PLC0415

    def timer(kind: EventType, time_s: float) -> EventMessage:
        event = EventMessage()
        event.event, event.event_type, event.timestamp = Event.TIMER, kind, _stamp(begin_ms, time_s)
        return event

    def summed(message: Any, part: Sequence[_Step], span_s: tuple[float, float]) -> Any:
        message.start_time, message.timestamp = _stamp(begin_ms, span_s[0]), _stamp(begin_ms, span_s[1])
        message.total_elapsed_time = message.total_timer_time = span_s[1] - span_s[0]
        message.sport = Sport.RUNNING
        message.total_cycles = max(sum(step.side == side for step in part) for side in _SIDES)  # strides
        cadence = [step.cadence_spm for step in part if step.cadence_spm is not None]
        if cadence:
            message.avg_cadence = round(statistics.fmean(cadence) / 2)
        return message

    yield timer(EventType.START, 0.0)
    yield from _records(steps, begin_ms)
    end_s = laps[-1][1]
    yield timer(EventType.STOP_ALL, end_s)
    for number, (first_s, last_s) in enumerate(laps):
        part = [step for step in steps if first_s <= step.time_s < last_s]
        lap = summed(LapMessage(developer_fields=_developer(_lap_values(part))), part, (first_s, last_s))
        lap.message_index = number
        yield lap
    whole = summed(SessionMessage(developer_fields=_developer(_lap_values(steps))), steps, (0.0, end_s))
    whole.message_index, whole.first_lap_index, whole.num_laps = 0, 0, len(laps)
    yield whole
    activity = ActivityMessage()
    activity.timestamp, activity.total_timer_time, activity.num_sessions = _stamp(begin_ms, end_s), end_s, 1
    activity.type = Activity.MANUAL
    yield activity


def _stamp(begin_ms: int, time_s: float) -> int:
    return begin_ms + math.floor(time_s) * _MS_PER_S


def _records(steps: Sequence[_Step], begin_ms: int) -> Iterator[Any]:
    """One record a second, and a further one where a foot landed twice in it."""
    from fit_tool.profile.messages.record_message import RecordMessage  # noqa: PLC0415 - slow to import

    places: dict[tuple[int, int], dict[str, _Step]] = {}
    for step in steps:
        second, turn = math.floor(step.time_s), 0
        while step.side in places.setdefault((second, turn), {}):
            turn += 1
        places[second, turn][step.side] = step
    for (second, _), both in sorted(places.items()):
        values = {
            f"{side}_{name}": value for side, step in both.items() for name, value in step.values.items()
        }
        record = RecordMessage(developer_fields=_developer(values))
        record.timestamp = begin_ms + second * _MS_PER_S
        cadence = [step.cadence_spm for step in both.values() if step.cadence_spm is not None]
        if cadence:
            record.cadence = min(254, round(statistics.fmean(cadence) / 2))
        yield record


def _lap_values(part: Sequence[_Step]) -> dict[str, float]:
    """Medians and shares of a lap; a side without steps has no values."""
    found: dict[str, float] = {}
    for side in _SIDES:
        mine = [step for step in part if step.side == side]
        impacts = [step.values["impact"] for step in mine if "impact" in step.values]
        landings = [
            step.values["landing"] for step in mine if step.values.get("landing", 9) < LANDING_CODES["unsure"]
        ]
        if mine:
            found[f"{side}_lap_steps"] = float(len(mine))
        if impacts:
            found[f"{side}_lap_impact"] = statistics.median(impacts)
        if landings:
            found[f"{side}_lap_heel_share"] = 100.0 * landings.count(LANDING_CODES["heel"]) / len(landings)
    return found
