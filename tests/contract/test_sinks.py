"""What every sink must do; a new sink is one more subclass."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from imu.sinks.mailbox import Mailbox
from imu.sinks.recorder import Recorder

if TYPE_CHECKING:
    from pathlib import Path

    from imu.model import SessionHeader
    from imu.sinks.base import Sink


class SinkContract(ABC):
    @abstractmethod
    def make(self, path: Path, header: SessionHeader) -> Sink: ...

    def test_it_takes_everything_that_flows(
        self, tmp_path: Path, header: SessionHeader, everything: list[object]
    ) -> None:
        sink = self.make(tmp_path, header)
        for item in everything:
            sink.put(item)
        sink.close()

    def test_it_passes_over_what_it_does_not_know(self, tmp_path: Path, header: SessionHeader) -> None:
        sink = self.make(tmp_path, header)
        sink.put(object())
        sink.close()

    def test_closing_twice_is_closing_once(self, tmp_path: Path, header: SessionHeader) -> None:
        sink = self.make(tmp_path, header)
        sink.close()
        sink.close()

    def test_it_states_its_policy(self, tmp_path: Path, header: SessionHeader) -> None:
        sink = self.make(tmp_path, header)
        sink.close()
        text = inspect.getdoc(type(sink)) or ""
        assert "lossless" in text or "dropped" in text


class TestMailbox(SinkContract):
    def make(self, path: Path, header: SessionHeader) -> Sink:  # noqa: ARG002
        return Mailbox()


class TestRecorder(SinkContract):
    def make(self, path: Path, header: SessionHeader) -> Sink:
        return Recorder(path / "session.mcap", header)
