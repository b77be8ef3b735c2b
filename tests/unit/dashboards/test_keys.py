from __future__ import annotations

from collections import Counter

from dashboards.keys import KEYS, key_text


def test_no_key_means_two_things() -> None:
    counts = Counter(key for action in KEYS.values() for key in action.keys)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_action_has_a_key_and_words() -> None:
    for name, action in KEYS.items():
        assert action.keys, name
        assert action.text[0] == action.text[0].upper(), name
        assert not action.text.endswith("."), name


def test_keys_are_told_in_words() -> None:
    assert key_text("help") == "F1 or H or ?"
