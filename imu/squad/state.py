"""What the coach's board knows: one card per runner, and everything that was refused.

Pure: it is given topics, payloads and the time, and trusts none of them.
"""

from __future__ import annotations

from collections import Counter, deque

import msgspec

from imu.model import Phase, Rule
from imu.squad.messages import (
    BadMessageError,
    FlagMessage,
    Message,
    SensorState,
    StatusMessage,
    StepMessage,
    SummaryMessage,
    kind_of,
    parse_topic,
    unpack,
)

__all__ = ["Attention", "Card", "SquadState"]

MOST_RUNNERS = 200
FRESH_MS = 60_000
AHEAD_MS = 300_000
RATE_PER_S, BURST = 30, 200
SILENT_S = 10.0
LOW_BATTERY_PERCENT = 15.0
LOST_SHARE = 0.1
TRACE_STEPS = 240
_SESSIONS = 4


class Attention(msgspec.Struct, frozen=True, order=True):
    """Why a runner should be looked at; the greater the more urgent, `text` says it in words."""

    rank: int = 0
    text: str = ""


class Card(msgspec.Struct, frozen=True):
    """What the board shows of one runner at one moment; None means unknown.

    Attributes
    ----------
    runner : str
        Name.
    online : bool
        Whether the hub is there.
    phase : Phase or None
        What the runner is doing.
    cadence_spm : float or None
        Latest cadence.
    impact_g, usual_g, heel_share : dict of str to float
        Latest mean impact, what it is held against, and heel landings, per sensor.
    sensors : tuple of SensorState
        Links and batteries.
    flags : tuple of FlagMessage
        Flags that are up, oldest first.
    seen_s : float
        Time since the latest message, s.
    steps : int
        Steps of this session so far.
    trace : tuple of StepMessage
        Latest steps.
    attention : Attention
        Whether and why to look.
    """

    runner: str
    online: bool
    phase: Phase | None
    cadence_spm: float | None
    impact_g: dict[str, float]
    usual_g: dict[str, float]
    heel_share: dict[str, float]
    sensors: tuple[SensorState, ...]
    flags: tuple[FlagMessage, ...]
    seen_s: float
    steps: int
    trace: tuple[StepMessage, ...]
    attention: Attention


class _Runner(msgspec.Struct):
    first_ms: int
    seen_ms: int
    status: StatusMessage | None = None
    summary: SummaryMessage | None = None
    up: dict[tuple[str, str], FlagMessage] = msgspec.field(default_factory=dict)
    trace: deque[StepMessage] = msgspec.field(default_factory=lambda: deque(maxlen=TRACE_STEPS))
    numbers: dict[str, set[int]] = msgspec.field(default_factory=dict)
    budget: float = BURST
    budget_ms: int = 0


class SquadState:
    """Takes messages of a squad.

    Parameters
    ----------
    squad : str
        The squad; messages of another are refused.
    most_runners : int
        Cards at most: whoever makes up runners fills neither memory nor screen.

    Attributes
    ----------
    refused : Counter
        Messages refused, by runner (``""`` where none can be known) and reason.
    flags : int
        Flags taken, each counted once.
    """

    def __init__(self, squad: str, most_runners: int = MOST_RUNNERS) -> None:
        self._squad = squad
        self._most_runners = most_runners
        self._runners: dict[str, _Runner] = {}
        self.refused: Counter[tuple[str, str]] = Counter()
        self.flags = 0

    def receive(self, topic: str, payload: bytes, now_ms: int, *, retained: bool = False) -> Message | None:
        """Take one message; None when it was refused, which is counted with the reason.

        Parameters
        ----------
        topic, payload : str, bytes
            As they came.
        now_ms : int
            Wall clock of the board, ms since 1970.
        retained : bool
            Whether the broker had kept it.
        """
        runner_name = ""
        try:
            place = parse_topic(topic, self._squad)
            runner_name = place.runner
            runner = self._runner(runner_name, now_ms)
            self._spend(runner, now_ms)
            message = unpack(place.kind, payload)
            self._check(message, now_ms, retained=retained)
            self._take(runner, message, now_ms, retained=retained)
        except BadMessageError as error:
            self.refused[runner_name, str(error)] += 1
            return None
        return message

    def cards(self, now_ms: int) -> list[Card]:
        """Cards of all runners, those that need attention first, then by name."""
        made = [self._card(name, runner, now_ms) for name, runner in self._runners.items()]
        return sorted(made, key=lambda card: (-card.attention.rank, card.runner.casefold()))

    def _runner(self, name: str, now_ms: int) -> _Runner:
        if name not in self._runners:
            if len(self._runners) >= self._most_runners:
                raise BadMessageError("too many runners")
            self._runners[name] = _Runner(now_ms, now_ms, budget_ms=now_ms)
        return self._runners[name]

    @staticmethod
    def _spend(runner: _Runner, now_ms: int) -> None:
        """Refuse a hub that says far more than a few things a second: it must not stop the board."""
        earned = RATE_PER_S * max(0, now_ms - runner.budget_ms) / 1000
        runner.budget, runner.budget_ms = min(float(BURST), runner.budget + earned), now_ms
        if runner.budget < 1:
            raise BadMessageError("flood")
        runner.budget -= 1

    @staticmethod
    def _check(message: Message, now_ms: int, *, retained: bool) -> None:
        """Refuse what is not of now: replayed, kept by the broker, or from a clock far ahead."""
        if isinstance(message, StepMessage | FlagMessage):
            if retained:
                raise BadMessageError(f"a retained {kind_of(message)}")
            if not message.late and message.t_ms < now_ms - FRESH_MS:
                raise BadMessageError("stale")
        if message.t_ms > now_ms + AHEAD_MS:
            raise BadMessageError("from the future")

    def _take(self, runner: _Runner, message: Message, now_ms: int, *, retained: bool) -> None:
        if isinstance(message, StatusMessage):
            self._take_status(runner, message)
        elif isinstance(message, SummaryMessage):
            if runner.summary is None or message.t_ms >= runner.summary.t_ms:
                runner.summary = message
            for flag in message.recent:
                if self._is_new(runner, flag):
                    self._take_flag(runner, flag)
        elif not self._is_new(runner, message):
            raise BadMessageError(f"a repeated {kind_of(message)}")
        elif isinstance(message, FlagMessage):
            self._take_flag(runner, message)
        elif not message.late:
            runner.trace.append(message)
        if not retained:
            runner.seen_ms = now_ms

    @staticmethod
    def _take_status(runner: _Runner, message: StatusMessage) -> None:
        """Take a status; the last will has no time of its own and says only that the hub is gone."""
        if message.t_ms == 0 and runner.status is not None:
            message = msgspec.structs.replace(runner.status, online=False)
        if runner.status is None or message.t_ms >= runner.status.t_ms:
            runner.status = message

    @staticmethod
    def _is_new(runner: _Runner, message: StepMessage | FlagMessage) -> bool:
        numbers = runner.numbers.setdefault(message.session, set())
        while len(runner.numbers) > _SESSIONS:
            del runner.numbers[next(iter(runner.numbers))]
        if message.number in numbers:
            return False
        numbers.add(message.number)
        return True

    def _take_flag(self, runner: _Runner, flag: FlagMessage) -> None:
        self.flags += 1
        key = (flag.sensor, str(flag.rule))
        held = runner.up.get(key)
        if held is not None and (held.session, held.number) > (flag.session, flag.number) and not flag.raised:
            return  # an older word that came later
        if flag.raised and not flag.late:
            runner.up[key] = flag
        elif not flag.raised:
            runner.up.pop(key, None)

    def _card(self, name: str, runner: _Runner, now_ms: int) -> Card:
        status, summary = runner.status, runner.summary
        seen_s = max(0, now_ms - runner.seen_ms) / 1000
        online = status is not None and status.online
        flags = tuple(sorted(runner.up.values(), key=lambda flag: flag.t_ms))
        sensors = status.sensors if status is not None else ()
        return Card(
            runner=name,
            online=online,
            phase=summary.phase if summary is not None else None,
            cadence_spm=summary.cadence_spm if summary is not None else None,
            impact_g=summary.impact_g if summary is not None else {},
            usual_g=summary.usual_g if summary is not None else {},
            heel_share=summary.heel_share if summary is not None else {},
            sensors=sensors,
            flags=flags,
            seen_s=seen_s,
            steps=summary.steps if summary is not None else 0,
            trace=tuple(runner.trace),
            attention=_attention(flags, sensors, seen_s, online=online),
        )


def _attention(
    flags: tuple[FlagMessage, ...], sensors: tuple[SensorState, ...], seen_s: float, *, online: bool
) -> Attention:
    """Order of need: a flag on running, then trouble with a sensor, then silence."""
    for rank, rule in ((5, Rule.EXCESSIVE_IMPACT), (4, Rule.HEEL_STRIKE), (3, Rule.SENSOR_TROUBLE)):
        for flag in flags:
            if flag.rule is rule:
                return Attention(rank, flag.text)
    if online and seen_s > SILENT_S:
        return Attention(3, f"nothing heard for {seen_s:.0f} s")
    for sensor in sensors:
        if sensor.battery_percent is not None and sensor.battery_percent <= LOW_BATTERY_PERCENT:
            return Attention(2, f"{sensor.sensor}: battery {sensor.battery_percent:.0f} %")
        if sensor.lost_share is not None and sensor.lost_share > LOST_SHARE:
            return Attention(2, f"{sensor.sensor}: {100 * sensor.lost_share:.0f} % of the samples lost")
    return Attention() if online else Attention(1, "offline")
