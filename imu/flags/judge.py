"""All rules of one session behind one block: steps and health in, judged steps and flags out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from imu.block import Block
from imu.config import IMPACT_LIMIT_KEY
from imu.flags.rules import HeelStrikeRule, ImpactRule
from imu.flags.trouble import TroubleRule
from imu.model import Command, Flag, ImpactLimit, SensorHealth, SensorInfo, Step

if TYPE_CHECKING:
    from imu.config import ChainConfig

__all__ = ["Judge"]


class _Rules(msgspec.Struct):
    impact: ImpactRule
    heel: HeelStrikeRule
    trouble: TroubleRule
    limit: ImpactLimit | None = None


class Judge(Block[Step | SensorHealth | Command, Step | Flag | ImpactLimit, dict[str, _Rules]]):
    """Judge steps and sensors.

    Parameters
    ----------
    sensors : tuple of SensorInfo
        The sensors of the session.
    config : ChainConfig
        Limits and baselines.
    """

    def __init__(self, sensors: tuple[SensorInfo, ...], config: ChainConfig) -> None:
        params = config.flags
        self._state = {
            s.sensor: _Rules(
                ImpactRule(s, config.baselines_g.get(s.sensor), params, config.bands.get(s.sensor, ())),
                HeelStrikeRule(params),
                TroubleRule(params),
            )
            for s in sensors
        }

    def push(self, item: Step | SensorHealth | Command) -> list[Step | Flag | ImpactLimit]:
        """Return the step with its judgement, the flags that changed and a limit that changed."""
        if isinstance(item, Command):
            self._obey(item)
            return [limit for rules in self._state.values() for limit in _changed_limit(rules)]
        rules = self._state[item.sensor]
        if isinstance(item, SensorHealth):
            return [*rules.trouble.judge(item), *_changed_limit(rules)]
        excessive, impact_flags = rules.impact.judge(item)
        heel, heel_flags = rules.heel.judge(item)
        judged = msgspec.structs.replace(item, heel_strike=heel, excessive_impact=excessive)
        return [judged, *heel_flags, *impact_flags, *_changed_limit(rules)]

    def _obey(self, command: Command) -> None:
        if command.name == IMPACT_LIMIT_KEY:
            for rules in self._state.values():
                rules.impact.general_limit_g = command.value


def _changed_limit(rules: _Rules) -> list[ImpactLimit]:
    limit = rules.impact.limit()
    if limit is None or limit == rules.limit:
        return []
    rules.limit = limit
    return [limit]
