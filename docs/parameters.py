"""The directive ``parameters``: names fields of a parameter class, shows the values that the code has."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive

if TYPE_CHECKING:
    from sphinx.application import Sphinx

__all__ = ["setup", "values"]


def values(arguments: list[str]) -> dict[str, Any]:
    """Return the default values of the fields that a class path and names tell.

    Raises
    ------
    AttributeError
        The class has no such field.
    """
    place, *names = arguments
    module, _, kind = place.rpartition(".")
    params = getattr(import_module(module), kind)()
    return {name: getattr(params, name) for name in names}


class Parameters(Directive):
    """``.. parameters:: imu.signal.SignalParams impact_cutoff_hz ...``."""

    required_arguments = 2
    optional_arguments = 30
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Make a list of names and values."""
        listed = nodes.bullet_list()
        for name, value in values(self.arguments).items():
            text = nodes.paragraph("", "", nodes.literal(text=name), nodes.Text(f" = {value:g}"))
            listed += nodes.list_item("", text)
        head = nodes.paragraph("", f"Parameters ({self.arguments[0]}):")
        return [head, listed]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("parameters", Parameters)
    return {"parallel_read_safe": True}
