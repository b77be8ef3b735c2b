"""A thousand simulated hubs in one process that is not under test: ``python fleet.py INVITATIONS SECONDS``.

Every runner has a connection, a user and a token of its own and says what a hub says: three steps a second,
status and summary every three seconds, and now and then a flag; all acknowledged (quality of service 1).
One thread serves all connections, so that the machine is left to broker and board.
"""

from __future__ import annotations

import selectors
import sys
import time
from pathlib import Path

import paho.mqtt.client as mqtt

from imu.model import Basis, LinkState, Placement, Rule, Side, Strike
from imu.squad import Invitation, now_ms
from imu.squad.messages import (
    FlagMessage,
    Message,
    SensorState,
    StatusMessage,
    StepMessage,
    SummaryMessage,
    Topic,
    kind_of,
    pack,
)

STEPS_PER_S, FLAG_EVERY, SUMMARY_EVERY = 3, 20, 9
"""Steps a second and runner; a flag, and status with summary, every so many steps."""

_FLAG_TEXT = "Higher than your usual: 9.1 g, your limit is 8.0 g. Try shorter, quicker steps and land softly."
_LONGEST_ANSWER_S = 20.0
_SENSORS = tuple(
    SensorState(f"{side}-shin", side, Placement.SHANK, LinkState.CONNECTED, 80.0, 0.001, 0.1)
    for side in (Side.LEFT, Side.RIGHT)
)


class Runner:
    """One simulated hub."""

    def __init__(self, invitation: Invitation) -> None:
        self.name, self.squad, self.acknowledged = invitation.link.user, invitation.squad, 0
        self._number, self._recent = 0, list[FlagMessage]()
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, f"hub-{self.name}", protocol=mqtt.MQTTv5)
        client.username_pw_set(self.name, invitation.link.token)
        client.on_publish = self._count
        client.connect(invitation.link.host, invitation.link.port)
        self.client = client

    def _count(self, *_: object) -> None:
        self.acknowledged += 1

    def beat(self, beat: int, place: int) -> tuple[int, int, int]:
        """Say what is due; give how many steps, flags and messages it was."""
        side = (Side.LEFT, Side.RIGHT)[beat % 2]
        messages: list[Message] = [
            StepMessage(now_ms(), "s", self._next(), f"{side}-shin", side, 7.0, False, Strike.HEEL, False)
        ]
        if (beat + place) % FLAG_EVERY == 0:
            self._recent = [*self._recent[-11:], self._flag(beat)]
            messages.append(self._recent[-1])
        if (beat + place) % SUMMARY_EVERY == 0:
            impact_g, heel = ({f"{side}-shin": x for side in (Side.LEFT, Side.RIGHT)} for x in (7.0, 0.8))
            messages += [
                StatusMessage(now_ms(), online=True, session="s", sensors=_SENSORS),
                SummaryMessage(
                    now_ms(), "s", None, beat, 180.0, impact_g, impact_g, heel, tuple(self._recent)
                ),
            ]
        for message in messages:
            topic = str(Topic(self.squad, self.name, kind_of(message)))
            self.client.publish(topic, pack(message), 1, retain=isinstance(message, StatusMessage))
        return 1, sum(isinstance(message, FlagMessage) for message in messages), len(messages)

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _flag(self, beat: int) -> FlagMessage:
        raised, basis = beat % 40 < FLAG_EVERY, Basis.PERSONAL
        rule, number = Rule.EXCESSIVE_IMPACT, self._next()
        return FlagMessage(now_ms(), "s", number, "left-shin", rule, raised, 9.1, 8.0, "g", basis, _FLAG_TEXT)


def main(invitations: Path, seconds: float) -> None:
    """Connect everybody, say "ready", run, and tell what was sent and acknowledged."""
    lines = invitations.read_text("utf-8").splitlines()
    runners = [Runner(Invitation.parse(line.partition(": ")[2])) for line in lines]
    lines_of = selectors.DefaultSelector()
    for runner in runners:
        lines_of.register(runner.client.socket(), selectors.EVENT_READ, runner.client)

    def serve(until_s: float) -> None:
        while (left := until_s - time.monotonic()) > 0:
            for key, _ in lines_of.select(left):
                key.data.loop_read()

    late = time.monotonic() + _LONGEST_ANSWER_S
    while not all(runner.client.is_connected() for runner in runners) and time.monotonic() < late:
        serve(time.monotonic() + 0.1)
    print("ready", flush=True)
    begin, steps, flags, sent = time.monotonic(), 0, 0, 0
    for beat in range(round(seconds * STEPS_PER_S)):
        for place, runner in enumerate(runners):
            serve(begin + (beat + place / len(runners)) / STEPS_PER_S)
            one, more, all_ = runner.beat(beat, place)
            steps, flags, sent = steps + one, flags + more, sent + all_
    took = time.monotonic() - begin
    late = time.monotonic() + _LONGEST_ANSWER_S
    while sum(runner.acknowledged for runner in runners) < sent and time.monotonic() < late:
        serve(time.monotonic() + 0.1)
    acknowledged = sum(runner.acknowledged for runner in runners)
    print(steps, flags, sent, acknowledged, f"{took:.2f}", f"{time.process_time():.2f}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
