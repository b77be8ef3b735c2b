"""Text in a cell of a table that people open in a spreadsheet."""

from __future__ import annotations

__all__ = ["raw_text", "safe_text", "words_of"]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_GUARD = "'"


def safe_text(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula; line ends become newlines.

    Text that begins with apostrophes before such a sign gets one more, so that :func:`raw_text` can tell.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"{_GUARD}{text}" if text.lstrip(_GUARD).startswith(_FORMULA_STARTS) else text


def words_of(value: object) -> str:
    """Show a value as text; one that holds several words, such as tags, with commas between them."""
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def raw_text(cell: str) -> str:
    """Take the apostrophe of :func:`safe_text` off again."""
    return cell[1:] if cell.startswith(_GUARD) and cell.lstrip(_GUARD).startswith(_FORMULA_STARTS) else cell
