"""Write the page of ``softstrike --help`` anew from the docstrings: ``python scripts/make_help.py``."""

from __future__ import annotations

from pathlib import Path

from imu.cli.app import help_page

MODULE = Path(__file__).resolve().parent.parent / "imu" / "cli" / "help_page.py"
HEAD = '''"""The page of ``softstrike --help``, made by ``scripts/make_help.py``; a test compares the two."""

__all__ = ["PAGE"]

PAGE = """\\
'''

if __name__ == "__main__":
    MODULE.write_text(HEAD + help_page() + '"""\n', encoding="utf-8")
    print(f"{MODULE.name} written")
