"""Texts that are no profile: each is refused with a sentence that names the key."""

# ruff: noqa: E501, RUF001 - in the tables, one case is one line, and some letters are meant to deceive

from __future__ import annotations

import os
import re
import sys
import threading
import tomllib
from typing import TYPE_CHECKING

import pytest

from imu.decode import SessionScript, check_vectors
from imu.errors import ProfileError
from imu.profiles import load_profile, parse_profile
from tests.unit.profiles.hostile import MOVESENSE, POLAR, WITMOTION, spoiled, write_toml

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """
schema = 1
id = "good"
title = "Good"
sources = ["this test"]
confidence = "documented"
[match]
name_prefixes = ["G"]
[gatt]
data = "f12bdbdf-f6bc-487b-95d0-348ef7310001"
control = "f12bdbdf-f6bc-487b-95d0-348ef7310002"
[params]
rate = { default = 100, allowed = [100, 200] }
scale = { of = "rate", table = [[100, 0.5], [200, 0.25]] }
[sensor]
rate_hz = "$rate"
acc_range_g = 16
gyr_range_dps = 2000
[session]
start = [
  { op = "subscribe", role = "data" },
  { op = "write", role = "control", bytes = "01 {rate:u16} 'go {rate}'" },
  { op = "expect", role = "control", prefix = "81", ok_at = 1, capture = [{ param = "scale", at = 2, type = "f32" }] },
]
[framing.data]
kind = "notification"
check = { kind = "sum8", at = -1, end = -1 }
[time]
source = "packet"
unit_ns = 1000
wrap_bits = 16
[seq]
bits = 8
[[packet]]
name = "motion"
role = "data"
when = [{ at = 0, eq = 7 }]
counter = { at = 1, type = "u16" }
seq = { at = 3, type = "u8" }
battery = { at = 4 }
flags = { at = 5, type = "u8", bits = ["clip", "", "low"], acc_clip = "clip" }
[packet.samples]
at = 6
tail = 1
blocks = [
  { quantity = "acc", type = "i16", unit = "g", scale = "$scale" },
  { quantity = "gyr", type = "i16", unit = "dps" },
]
[[vector]]
name = "made up"
packet = "motion"
hex = ["07 0100 02 64 00 0100 0000 0000 0000 0000 0000 0200 0000 0000 0000 0000 0000 70"]
samples = 2
acc_g = [[0.5, 0, 0], [1, 0, 0]]
"""

STREAM = '[framing.data]\nkind = "stream"\nsync = "55"\n'


def part(pattern: str) -> str:
    """Return the part of the good text that fits."""
    found = re.search(pattern, GOOD, re.DOTALL)
    assert found
    return found[0]


FRAMING = part(r"\[framing\.data\].*?(?=\[time\])")

# (what is wrong, text to replace, text to put there, key that the message names)
HOSTILE = [
    ("other schema", "schema = 1", "schema = 2", "schema"),
    ("id missing", 'id = "good"', "", "id"),
    ("id with spaces", 'id = "good"', 'id = "a b"', "id"),
    ("id is a number", 'id = "good"', "id = 7", "id"),
    ("title empty", 'title = "Good"', 'title = ""', "title"),
    ("no sources", '["this test"]', "[]", "sources"),
    ("unknown confidence", '"documented"', '"sure"', "confidence"),
    ("unknown key at the top", "schema = 1", "schema = 1\nsample_rate = 5", "sample_rate"),
    ("key of the loader", "schema = 1", 'schema = 1\ntext = "x"', "text"),
    ("unknown key inside", "at = 6\n", "at = 6\nskip = 2\n", "packet[0].samples.skip"),
    ("nothing to match", 'name_prefixes = ["G"]', "", "match"),
    ("address to match", 'name_prefixes = ["G"]', 'address = "00:11"', "match.address"),
    ("service is short", 'name_prefixes = ["G"]', 'service_uuids = ["180f"]', "match.service_uuids[0]"),
    ("UUID in capitals", "f12bdbdf-f6bc-487b-95d0-348ef7310001", "F12BDBDF-F6BC-487B-95D0-348EF7310001", "gatt.data"),
    ("UUID cut", "348ef7310001", "348ef731000", "gatt.data"),
    ("two roles, one UUID", "348ef7310002", "348ef7310001", "gatt.control"),
    ("role name in capitals", "control = ", "Control = ", "gatt"),
    ("default not allowed", "default = 100", "default = 50", "params.rate.default"),
    ("default is text", "default = 100", 'default = "100"', "params.rate.default"),
    ("default and table", "{ of = ", "{ default = 1, of = ", "params.scale"),
    ("neither default nor table", "{ default = 100, allowed = [100, 200] }", "{ allowed = [1] }", "params.rate"),
    ("table of nothing known", 'of = "rate"', 'of = "speed"', "params.scale.of"),
    ("table with a hole", "[200, 0.25]", "[300, 0.25]", "params.scale.table"),
    ("rate is a false name", 'rate_hz = "$rate"', 'rate_hz = "$speed"', "sensor.rate_hz"),
    ("rate is an expression", 'rate_hz = "$rate"', 'rate_hz = "$rate * 2"', "sensor.rate_hz"),
    ("rate 0", 'rate_hz = "$rate"', "rate_hz = 0", "sensor.rate_hz"),
    ("rate negative", 'rate_hz = "$rate"', "rate_hz = -5", "sensor.rate_hz"),
    ("an allowed rate is 0", "[100, 200]", "[100, 0]", "params.scale.table"),
    ("range infinite", "acc_range_g = 16", "acc_range_g = inf", "sensor.acc_range_g"),
    ("range 0", "acc_range_g = 16", "acc_range_g = 0", "sensor.acc_range_g"),
    ("range missing for gyr", "gyr_range_dps = 2000", "", "sensor.gyr_range_dps"),
    ("no start step", part(r"start = \[.*?\n\]"), "start = []", "session.start"),
    ("unknown operation", 'op = "subscribe"', 'op = "shell"', "session.start[0].op"),
    ("step on unknown role", 'op = "subscribe", role = "data"', 'op = "subscribe", role = "nose"', "session.start[0].role"),
    ("template: odd hex", '"01 {rate:u16}', '"1 {rate:u16}', "session.start[1].bytes"),
    ("template: unknown type", "{rate:u16}", "{rate:u17}", "session.start[1].bytes"),
    ("template: unknown parameter", "{rate:u16}", "{speed:u16}", "session.start[1].bytes"),
    ("template: expression", "{rate:u16}", "{rate*2:u16}", "session.start[1].bytes"),
    ("template: attribute", "{rate:u16}", "{rate.real:u16}", "session.start[1].bytes"),
    ("template: value too large", "{rate:u16}", "{rate:i8}", "session.start[1].bytes"),
    ("template: not whole", "{rate:u16}", "{scale:u16}", "session.start[1].bytes"),
    ("template: text left open", "'go {rate}'", "'go {rate}", "session.start[1].bytes"),
    ("template: unknown name in text", "go {rate}", "go {speed}", "session.start[1].bytes"),
    ("template: empty", "01 {rate:u16} 'go {rate}'", " ", "session.start[1].bytes"),
    ("prefix empty", 'prefix = "81"', 'prefix = ""', "session.start[2].prefix"),
    ("capture of nothing known", 'param = "scale"', 'param = "speed"', "session.start[2].capture[0].param"),
    ("capture at negative offset", "at = 2, type", "at = -2, type", "session.start[2].capture[0].at"),
    ("status value over 255", "ok_at = 1", "ok_at = 1, ok = [256]", "session.start[2].ok[0]"),
    ("keep-alive without time", "[session]", '[session]\nkeepalive = [{ op = "wait", ms = 5 }]', "session.keepalive_s"),
    ("wait of no length", '{ op = "subscribe", role = "data" }', '{ op = "wait", ms = 0 }', "session.start[0].ms"),
    ("framing of unknown role", "[framing.data]", "[framing.nose]", "framing.nose"),
    ("unknown framing", 'kind = "notification"', 'kind = "slip"', "framing.data.kind"),
    ("unknown check", '"sum8"', '"md5"', "framing.data.check.kind"),
    ("check covers itself", "end = -1", "end = 0", "framing.data.check.end"),
    ("check has no room", '"sum8", at = -1, end = -1', '"crc32", at = -1, end = -4', "framing.data.check.at"),
    ("check inside the samples", "at = -1, end = -1", "at = -2, end = -2", "framing.data.check.at"),
    ("stream without length", FRAMING, STREAM, "framing.data"),
    ("stream with two lengths", FRAMING, f"{STREAM}length = 9\nlength_at = 1\n", "framing.data"),
    ("stream without sync", FRAMING, STREAM.replace("55", ""), "framing.data.sync"),
    ("stream with odd sync", FRAMING, STREAM.replace("55", "555"), "framing.data.sync"),
    ("stream shorter than its length byte", FRAMING, f"{STREAM}length_at = 5\n", "framing.data.length_add"),
    ("unknown time source", 'source = "packet"', 'source = "gps"', "time.source"),
    ("tick of 0 ns", "unit_ns = 1000", "unit_ns = 0", "time.unit_ns"),
    ("tick of half a ns", "unit_ns = 1000", "unit_ns = 0.5", "time.unit_ns"),
    ("clock wider than its field", "wrap_bits = 16", "wrap_bits = 24", "time.wrap_bits"),
    ("clock of no bits", "wrap_bits = 16", "wrap_bits = 0", "time.wrap_bits"),
    ("sequence wider than its field", "bits = 8", "bits = 9", "seq.bits"),
    ("sequence counts apples", "bits = 8", 'bits = 8\ncounts = "apples"', "seq.counts"),
    ("clock field missing", 'counter = { at = 1, type = "u16" }', "", "packet[0].counter"),
    ("clock field unused", 'source = "packet"', 'source = "count"', "packet[0].counter"),
    ("sequence field missing", 'seq = { at = 3, type = "u8" }', "", "packet[0].seq"),
    ("sequence field unused", "[seq]\nbits = 8\n", "", "packet[0].seq"),
    ("packet of unknown role", 'name = "motion"\nrole = "data"', 'name = "motion"\nrole = "nose"', "packet[0].role"),
    ("packet name twice", "[[packet]]", '[[packet]]\nname = "motion"\nrole = "data"\n[[packet]]', "packet[1].name"),
    ("condition outside", "{ at = 0, eq = 7 }", "{ at = 7, eq = 7 }", "packet[0].when[0].at"),
    ("condition on nothing known", "eq = 7", 'eq = "$ref"', "packet[0].when[0].eq"),
    ("mask 0", "eq = 7", "eq = 7, mask = 0", "packet[0].when[0].mask"),
    ("fields overlap", "seq = { at = 3", "seq = { at = 2", "packet[0].seq.at"),
    ("field in the samples", "battery = { at = 4 }", "battery = { at = 6 }", "packet[0].battery.at"),
    ("field behind the tail", "battery = { at = 4 }", "battery = { at = -2 }", "packet[0].battery.at"),
    ("field on the check", "battery = { at = 4 }", "battery = { at = -1 }", "packet[0].battery.at"),
    ("field of type float", 'counter = { at = 1, type = "u16" }', 'counter = { at = 1, type = "f32" }', "packet[0].counter.type"),
    ("offset is text", "battery = { at = 4 }", 'battery = { at = "4" }', "packet[0].battery.at"),
    ("offset is huge", "battery = { at = 4 }", "battery = { at = 1_000_000 }", "packet[0].battery.at"),
    ("more flags than bits", '"clip", "", "low"', '"clip", "b", "c", "d", "e", "f", "g", "h", "i"', "packet[0].flags.bits"),
    ("flag twice", '"clip", "", "low"', '"clip", "clip"', "packet[0].flags.bits"),
    ("clip flag unknown", 'acc_clip = "clip"', 'acc_clip = "klip"', "packet[0].flags.acc_clip"),
    ("no acc block", '"acc", type', '"other", type', "packet"),
    ("two gyr blocks", '"acc", type = "i16", unit = "g", scale = "$scale"', '"gyr", type = "i16", unit = "dps"', "packet[0].samples.blocks"),
    ("no blocks", part(r"blocks = \[.*?\n\]"), "blocks = []", "packet[0].samples.blocks"),
    ("unknown sample type", 'type = "i16", unit = "g"', 'type = "i12", unit = "g"', "packet[0].samples.blocks[0].type"),
    ("unit of the other quantity", 'unit = "g"', 'unit = "dps"', "packet[0].samples.blocks[0].unit"),
    ("unknown unit", 'unit = "g"', 'unit = "ft/s2"', "packet[0].samples.blocks[0].unit"),
    ("scale is not a number", '"$scale"', "nan", "packet[0].samples.blocks[0].scale"),
    ("scale 0", '"$scale"', "0", "packet[0].samples.blocks[0].scale"),
    ("scale negative", '"$scale"', "-0.5", "packet[0].samples.blocks[0].scale"),
    ("scale infinite", '"$scale"', "inf", "packet[0].samples.blocks[0].scale"),
    ("scale is a list", '"$scale"', "[1, 1, 1]", "packet[0].samples.blocks[0].scale"),
    ("unknown layout", "tail = 1", 'tail = 1\nlayout = "zigzag"', "packet[0].samples.layout"),
    ("count 0", "tail = 1", "tail = 1\ncount = 0", "packet[0].samples.count"),
    ("count in a signed field", "tail = 1", 'tail = 1\ncount = { at = 0, type = "i8" }', "packet[0].samples.count.type"),
    ("no vector", GOOD[GOOD.index("[[vector]]") :], "", "vector"),
    ("vector with one sample only", "samples = 2", "samples = 1", "packet[0]"),
    ("vector without values", "acc_g = [[0.5, 0, 0], [1, 0, 0]]", "", "packet[0]"),
    ("vector of unknown packet", 'packet = "motion"', 'packet = "nose"', "vector[0].packet"),
    ("vector with odd hex", '70"]', '7"]', "vector[0].hex[0]"),
    ("vector that is no hex", '70"]', 'zz"]', "vector[0].hex[0]"),
    ("vector with unknown fault", "samples = 2", 'samples = 2\nfaults = ["tired"]', "vector[0].faults[0]"),
    ("vector with unknown parameter", "samples = 2", "samples = 2\nparams = { speed = 1 }", "vector[0].params.speed"),
    ("vector with forbidden value", "samples = 2", "samples = 2\nparams = { rate = 1 }", "vector[0].params.rate"),
    ("row of two", "[1, 0, 0]]", "[1, 0]]", "vector[0].acc_g[1]"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key"), [row[1:] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_a_hostile_profile_is_refused_with_its_key(old: str, new: str, key: str) -> None:
    assert old in GOOD
    with pytest.raises(ProfileError) as caught:
        parse_profile(GOOD.replace(old, new, 1), "hostile.toml")
    assert caught.value.key == key
    assert str(caught.value).startswith(f"hostile.toml: key `{caught.value.key}`: ")
    assert "\n" not in str(caught.value)


TRICKS = [
    ("service of nothing", POLAR, '= ["control", "data"]', "= []", "services"),
    ("service without a role", POLAR, '= ["control", "data"]', '= ["control"]', "services"),
    ("service of no UUID", POLAR, "fb005c80-02e7-f387-1cad-8acd2d8df0c8 =", "a =", "services.a"),
    ("service of an unknown role", POLAR, '= ["control", "data"]', '= ["control", "data", "x"]', "services"),
    ("played beyond what is allowed", POLAR, 'unit = "bit"', "played = 8", "params.bits.played"),
    ("entry beyond the sizes", POLAR, "tlv = { id = 0, ", "tlv = { id = 9, ", "session.start[5].offers[0].tlv.sizes"),
    ("entry of another size", POLAR, 'type = "u16", tlv', 'type = "u32", tlv', "session.start[5].offers[0].tlv.sizes"),
    ("entry of no size", POLAR, "sizes = [2,", "sizes = [0,", "session.start[5].offers[0].tlv.sizes"),
    ("offer of nothing known", POLAR, 'offers = [\n        { param = "rate_hz"', 'offers = [\n        { param = "x"', "session.start[5].offers[0].param"),
    ("meaning of no byte", POLAR, "[13, ", "[1300, ", "session.start[3].says"),
    ("no status is good", POLAR, "ok = [0, 6], says", "ok = [], says", "session.start[3].ok"),
    ("unknown codec", POLAR, '"delta_blocks"', '"huffman"', "packet[0].samples.codec"),
    ("differences of a type that has none", POLAR, 'type = "i16", unit = "mg", scale', 'type = "u16", unit = "mg", scale', "packet[0].samples.blocks[0].type"),
    ("differences and a count", POLAR, 'codec = "delta_blocks"', 'codec = "delta_blocks"\ncount = 3', "packet[0].samples.count"),
    ("differences and a tail", POLAR, 'codec = "delta_blocks"', 'codec = "delta_blocks"\ntail = 3', "packet[0].samples.tail"),
    ("differences, planar", POLAR, 'codec = "delta_blocks"', 'codec = "delta_blocks"\nlayout = "planar"', "packet[0].samples.layout"),
    ("differences of two blocks", POLAR, 'blocks = [{ quantity = "acc", type = "i16", unit = "mg", scale = "$acc_factor" }]', 'blocks = [{ quantity = "acc", type = "i16", unit = "mg" }, { quantity = "gyr", type = "i16", unit = "dps" }]', "packet[0].samples.blocks"),
    ("parts without length", MOVESENSE, "part_bytes = 158", "", "framing.data"),
    ("parts with two lengths", MOVESENSE, "part_bytes = 158", "part_bytes = 158\nlength = 9", "framing.data"),
    ("parts all header", MOVESENSE, "part_bytes = 158", "part_bytes = 2", "framing.data.part_bytes"),
    ("a range of 0 among those it could be", MOVESENSE, "[2, 4, 8, 16]", "[0, 4]", "sensor.acc_ranges_g[0]"),
    ("an answer that is no packet", WITMOTION, 'answer = "battery"', 'answer = "nose"', "session.start[7].answer"),
    ("an answer of samples", WITMOTION, 'answer = "battery"', 'answer = "motion"', "session.start[7].answer"),
    ("a battery that falls as it fills", WITMOTION, "[340, 5], [350, 10]", "[350, 5], [340, 10]", "packet[1].battery.table"),
    ("a battery of 200 %", WITMOTION, "[396, 100]", "[396, 200]", "packet[1].battery.table[10][1]"),
    ("a text that holds numbers too", WITMOTION, 'name = "registers"', 'name = "registers"\ntext = "x"', "packet[2].text"),
    ("a reading twice", WITMOTION, 'name = "registers"', 'name = "registers"\nreadings = [{ name = "a", at = 4, type = "u8" }, { name = "a", at = 5, type = "u8" }]', "packet[2].readings"),
    ("a reading with a scale of 0", WITMOTION, 'name = "registers"', 'name = "registers"\nreadings = [{ name = "a", at = 4, type = "u8", scale = 0 }]', "packet[2].readings[0].scale"),
    ("id that climbs", WITMOTION, '"witmotion-wt9011dcl"', '"../../etc/passwd"', "id"),
    ("id that is a path", WITMOTION, '"witmotion-wt9011dcl"', '"/etc/passwd"', "id"),
    ("id of other letters", WITMOTION, '"witmotion-wt9011dcl"', '"witmоtion"', "id"),
    ("id ends in a line", WITMOTION, '"witmotion-wt9011dcl"', '"witmotion\\n"', "id"),
    ("title that runs backwards", WITMOTION, '"WitMotion WT9011DCL-BT5.0"', '"Polar\u202e"', "title"),
    ("title with a bell", WITMOTION, '"WitMotion WT9011DCL-BT5.0"', '"Wit\\u0007"', "title"),
    ("name of no width", WITMOTION, 'name_prefixes = ["WT"]', 'name_prefixes = ["WT\u200b"]', "match.name_prefixes[0]"),
    ("role that climbs", WITMOTION, "data = ", '"../data" = ', "gatt"),
    ("key of other letters", WITMOTION, "[link]", '["lіnk"]', "lіnk"),
    ("file to read", WITMOTION, "schema = 1", 'schema = 1\ninclude = "/etc/passwd"', "include"),
    ("packet name that climbs", WITMOTION, 'name = "registers"', 'name = "../x"', "packet[2].name"),
    ("template that formats", WITMOTION, "{rate_code:u8}", "{rate_code!r}", "session.start[3].bytes"),
    ("template of an attribute", WITMOTION, "{rate_code:u8}", "{rate_code.__class__}", "session.start[3].bytes"),
    ("template that computes", WITMOTION, "{rate_code:u8}", "{9**9**9:u8}", "session.start[3].bytes"),
    ("template that is a command", WITMOTION, "ff aa 27 64 00", "$(reboot)", "session.start[7].bytes"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "old", "new", "key"), [row[1:] for row in TRICKS], ids=[row[0] for row in TRICKS]
)
def test_a_trick_is_refused_with_its_key(text: str, old: str, new: str, key: str) -> None:
    assert old in text
    with pytest.raises(ProfileError) as caught:
        parse_profile(text.replace(old, new, 1), "hostile.toml")
    assert (caught.value.key or "").startswith(key)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", [GOOD, POLAR, MOVESENSE, WITMOTION], ids=["good", "polar", "movesense", "wit"]
)
def test_every_value_of_the_wrong_type_is_refused_with_its_key(text: str) -> None:
    assert parse_profile(write_toml(tomllib.loads(text))).id == parse_profile(text).id
    cases = list(spoiled(text))
    assert len(cases) > 150
    for name, hostile in cases:
        with pytest.raises(ProfileError) as caught:
            parse_profile(hostile, "hostile.toml")
        assert caught.value.key is not None, name
        assert caught.value.key.split(".")[0].split("[")[0] == name.split()[0].split(".")[0], name
        assert str(caught.value).startswith("hostile.toml: "), name


def test_no_profile_executes_opens_or_writes_anything() -> None:
    """Watched by the interpreter's own audit events, good profiles and hostile ones."""
    texts = [GOOD, *(text.replace(old, new, 1) for _, text, old, new, _ in TRICKS)]
    texts += [hostile for _, hostile in spoiled(WITMOTION)][:200]
    _use(GOOD)  # what is imported late is imported now
    _AUDIT.seen = []
    for text in texts:
        _use(text)
    seen, _AUDIT.seen = _AUDIT.seen, None
    assert seen == []


def _use(text: str) -> None:
    try:
        profile = parse_profile(text, "hostile.toml")
        check_vectors(profile)
    except ProfileError:
        return
    assert list(SessionScript(profile).stop()) == []


class _Audit:
    """Notes what this thread reaches outside while `seen` is a list; a hook cannot be taken out again."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.seen: list[str] | None = None
        sys.addaudithook(self._note)

    def _note(self, event: str, _: object) -> None:
        mine = threading.get_ident() == self.thread  # what other tests left running is none of its business
        if mine and self.seen is not None and event.split(".", maxsplit=1)[0] in OUTSIDE:
            self.seen.append(event)


OUTSIDE = {"open", "os", "subprocess", "socket", "exec", "compile", "import", "ctypes", "shutil", "tempfile"}
_AUDIT = _Audit()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "required"),
        ("schema = ", "not valid TOML"),
        ("schema = 1\nschema = 1", "not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "too deeply"),
        ("a = " + "[" * 20 + "]" * 20, "deeper than"),
        ("a = " + "9" * 5000, "cannot be read"),
        ("# " + "x" * 70_000, "larger than 64 kB"),
        ("\0", "not valid TOML"),
    ],
    ids=["empty", "cut", "key twice", "very deep", "deep", "huge number", "huge file", "null byte"],
)
def test_text_that_is_no_profile_is_refused(text: str, says: str) -> None:
    with pytest.raises(ProfileError, match=says):
        parse_profile(text)


def test_the_text_that_the_hostile_ones_are_made_from_is_good() -> None:
    profile = parse_profile(GOOD)
    assert profile.text == GOOD
    assert (profile.time.wrap_bits, profile.seq.bits if profile.seq else None) == (16, 8)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b"\xff" * 70_000, "larger than 64 kB")],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, says: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProfileError, match=f"mine.toml: .*{says}"):
        load_profile(path)


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile(tmp_path)


def test_a_file_of_100_mb_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(ProfileError, match=r"huge\.toml: is larger than 64 kB"):
        load_profile(path)


@pytest.mark.parametrize("kind", ["pipe", "device", "loop"])
def test_what_is_no_plain_file_is_refused_and_never_waited_for(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "odd.toml"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path)
    with pytest.raises(ProfileError, match=r"odd\.toml: cannot be read"):
        load_profile(path)
