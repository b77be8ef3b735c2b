"""Packets to samples and back by a firmware profile, without any I/O."""

from imu.decode.decoder import Decoded, Decoder, DecoderState
from imu.decode.device import SensorScript
from imu.decode.encoder import Encoder, samples_per_packet
from imu.decode.joiner import Joiner, JoinerParams, JoinerState
from imu.decode.session import (
    Action,
    AwaitReply,
    Pause,
    ReadValue,
    SensorRefusedError,
    SessionScript,
    SwitchOn,
    WriteBytes,
)
from imu.decode.vectors import check_vectors, load, vector_packets

__all__ = [
    "Action",
    "AwaitReply",
    "Decoded",
    "Decoder",
    "DecoderState",
    "Encoder",
    "Joiner",
    "JoinerParams",
    "JoinerState",
    "Pause",
    "ReadValue",
    "SensorRefusedError",
    "SensorScript",
    "SessionScript",
    "SwitchOn",
    "WriteBytes",
    "check_vectors",
    "load",
    "samples_per_packet",
    "vector_packets",
]
