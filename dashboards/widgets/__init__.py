"""Widgets: each draws one frozen state and nothing else; see ``docs/style.rst``."""
