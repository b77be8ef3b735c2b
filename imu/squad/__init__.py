"""A squad, live: hubs send steps and flags over MQTT, the coach's board shows a card per runner."""

from imu.squad.access import Access, new_token
from imu.squad.client import ConnectionState
from imu.squad.composer import Composer
from imu.squad.hub import Hub, now_ms
from imu.squad.link import BOARD_USER, Invitation, Link, is_loopback, parse_broker
from imu.squad.listener import Heard, Listener
from imu.squad.outbox import Outbox
from imu.squad.state import Attention, Card, SquadState

__all__ = [
    "BOARD_USER",
    "Access",
    "Attention",
    "Card",
    "Composer",
    "ConnectionState",
    "Heard",
    "Hub",
    "Invitation",
    "Link",
    "Listener",
    "Outbox",
    "SquadState",
    "is_loopback",
    "new_token",
    "now_ms",
    "parse_broker",
]
