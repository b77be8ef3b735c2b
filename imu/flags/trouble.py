"""Sensor trouble: silence, loss and an empty battery, told from recorded ticks, so a replay tells it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.model import Basis, Flag, Rule, SensorHealth

if TYPE_CHECKING:
    from imu.config import FlagParams

__all__ = ["TroubleRule"]


class _State(msgspec.Struct):
    raised: str = ""
    samples: int = 0
    lost: int = 0


class TroubleRule:
    """Trouble with one sensor.

    Parameters
    ----------
    params : FlagParams
        Limits.
    """

    def __init__(self, params: FlagParams) -> None:
        self._params = params
        self.state = _State()

    def judge(self, health: SensorHealth) -> list[Flag]:
        """Tell whether trouble began, changed or ended."""
        reason, value, limit, unit, text = self._reason(health)
        state = self.state
        state.samples, state.lost = health.ledger.samples, health.ledger.lost or 0
        if reason == state.raised:
            return []
        state.raised = reason
        flag = Flag(
            sensor=health.sensor,
            rule=Rule.SENSOR_TROUBLE,
            raised=bool(reason),
            t_ns=health.t_ns,
            step=None,
            value=value,
            limit=limit,
            unit=unit,
            basis=Basis.GENERAL,
            text=text,
        )
        return [flag]

    def _reason(self, health: SensorHealth) -> tuple[str, float | None, float | None, str, str]:
        params, name = self._params, health.sensor
        if health.silent_s >= params.silence_s:
            text = f"{name}: no data for {health.silent_s:.0f} s. Check that it is on and near."
            return "silence", health.silent_s, params.silence_s, "s", text
        lost = (health.ledger.lost or 0) - self.state.lost
        came = health.ledger.samples - self.state.samples
        share = lost / (lost + came) if lost + came else 0.0
        if share >= params.loss_share:
            text = f"{name}: {100 * share:.0f} % of the samples were lost. Bring the receiver nearer."
            return "loss", share, params.loss_share, "share", text
        battery = health.battery_percent
        if battery is not None and battery <= params.battery_percent:
            text = f"{name}: battery at {battery:.0f} %. Charge it after this run."
            return "battery", battery, params.battery_percent, "%", text
        return "", None, None, "", f"{name}: all right again."
