"""What is kept on disk: unsent messages, secrets, invitations."""

from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING

import msgspec
import pytest

from imu.errors import EnvironmentProblem, InputError, UsageError
from imu.squad import Access, Invitation, Link, Outbox, new_token, parse_broker
from imu.squad import outbox as outbox_module
from imu.squad.host import SquadIdentity
from imu.squad.mosquitto import write_files
from imu.squad.secrets import forget_invitation, load_invitation, save_invitation, secrets_file

if TYPE_CHECKING:
    from pathlib import Path

INVITATION = Invitation("Club", Link("127.0.0.1", 1883, False, "Ada", "top-secret"))


def test_an_outbox_keeps_order_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "out.sqlite"
    first = Outbox(path)
    for number in range(5):
        first.put("topic", bytes([number]), number, precious=False)
    first.acknowledged(first.first(1)[0][0])
    first.close()
    second = Outbox(path)
    assert len(second) == 4
    assert [payload for _, _, payload, _ in second.first()] == [b"\1", b"\2", b"\3", b"\4"]


def test_a_full_outbox_drops_the_oldest_steps_never_a_flag(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox_module, "_MOST", 200)
    box = Outbox(tmp_path / "out.sqlite")
    box.put("flag", b"f", 0, precious=True)
    for number in range(250):
        box.put("step", b"s", number, precious=False)
    assert len(box) <= 200
    assert len(box) + box.dropped == 251
    assert box.first(1)[0][1:] == ("flag", b"f", 0)
    assert box.first(2)[1][3] == box.dropped


def test_two_sessions_never_share_an_outbox(tmp_path: Path) -> None:
    box = Outbox(tmp_path / "out.sqlite")
    with pytest.raises(EnvironmentProblem, match="locked"):
        Outbox(tmp_path / "out.sqlite")
    box.close()


def test_an_invitation_goes_through_a_line_of_text() -> None:
    text = INVITATION.text()
    assert Invitation.parse(f"  {text[:30]}\n{text[30:]} ") == INVITATION
    for broken in ("", text[:-8], "hello", text + "AAAA"):
        with pytest.raises(UsageError, match="no whole invitation"):
            Invitation.parse(broken)


def test_an_invitation_of_the_first_kind_is_read() -> None:
    text = base64.urlsafe_b64encode(msgspec.msgpack.encode(INVITATION)).decode().rstrip("=")
    assert Invitation.parse(f"softstrike-squad:{text}") == INVITATION


def test_a_secret_stands_in_no_log() -> None:
    assert "top-secret" not in f"{INVITATION.link!r} {INVITATION.link} {INVITATION!r}"


def test_a_secret_is_kept_where_only_its_owner_reads(own_folders: Path) -> None:
    save_invitation(INVITATION)
    assert secrets_file().is_relative_to(own_folders)
    assert secrets_file().stat().st_mode & 0o777 == 0o600
    assert load_invitation("Club", "Ada") == INVITATION
    assert load_invitation("Club", "Ben") is None
    secrets_file().chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        load_invitation("Club", "Ada")
    secrets_file().chmod(0o600)
    forget_invitation("Club", "Ada")
    assert load_invitation("Club", "Ada") is None
    assert b"top-secret" not in secrets_file().read_bytes()


def test_damaged_secrets_are_named_and_left_alone() -> None:
    secrets_file().parent.mkdir(parents=True)
    secrets_file().write_text("{")
    secrets_file().chmod(0o600)
    with pytest.raises(InputError, match="squad-secrets"):
        save_invitation(INVITATION)
    assert secrets_file().read_text() == "{"


@pytest.mark.parametrize(
    ("url", "match"),
    [
        ("mqtt://192.168.1.5", "must be encrypted"),
        ("mqtt://broker.example", "must be encrypted"),
        ("mqtts://Ada:secret@host", "holds a secret"),
        ("http://host", "mqtts://HOST"),
        ("mqtts://", "mqtts://HOST"),
        ("mqtts://host/path", "mqtts://HOST"),
        ("mqtts://host:99999", "port"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(url: str, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        parse_broker(url, "Ada")


def test_an_encrypted_line_checks_the_certificate_and_the_name() -> None:
    context = parse_broker("mqtts://host", "Ada").context()
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert parse_broker("mqtt://localhost", "Ada").context() is None


def test_rights_are_those_of_the_user_and_no_more() -> None:
    tokens = {"Ada": new_token(), "Ben": new_token(), "board": new_token()}
    access = Access("Club", tokens)
    assert access.lets_in("Ada", tokens["Ada"])
    for user, token in (
        ("Ada", tokens["Ben"]),
        ("Ada", ""),
        ("", ""),
        (None, None),
        ("Eve", ""),
        ("Ada", "é"),
    ):
        assert not access.lets_in(user, token)
    assert access.may_publish("Ada", "softstrike/v1/Club/Ada/step")
    for topic in ("softstrike/v1/Club/Ben/step", "softstrike/v1/Other/Ada/step", "softstrike/v1/Club/Ada"):
        assert not access.may_publish("Ada", topic)
    assert not access.may_publish("board", "softstrike/v1/Club/board/status")
    assert access.may_read("board", "softstrike/v1/Club/#")
    for user, pattern in (
        ("Ada", "softstrike/v1/Club/#"),
        ("board", "#"),
        ("board", "softstrike/v1/Other/#"),
    ):
        assert not access.may_read(user, pattern)


def test_invitations_stay_good_over_a_restart() -> None:
    first = SquadIdentity("Club", ["Ada"], "192.168.1.5", 8883)
    second = SquadIdentity("Club", ["Ben"], "192.168.1.5", 8883)
    assert second.invitations()["Ada"] == first.invitations()["Ada"]
    assert set(second.invitations()) == {"Ada", "Ben"}
    assert second.key is not None
    assert second.key.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="board"):
        SquadIdentity("Club", ["board"], "127.0.0.1", 8883)


def test_files_for_mosquitto_hold_no_readable_password_and_replace_nothing(tmp_path: Path) -> None:
    identity = SquadIdentity("Club", ["Ada"], "192.168.1.5", 8883)
    write_files(identity, tmp_path / "broker")
    assert identity.tokens["Ada"] not in (tmp_path / "broker" / "passwords").read_text()
    assert {p.stat().st_mode & 0o077 for p in (tmp_path / "broker").iterdir() if p.is_file()} == {0}
    with pytest.raises(UsageError, match="not overwritten"):
        write_files(identity, tmp_path / "broker")
