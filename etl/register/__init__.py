"""The register: its own way in, beside the intake of all other kinds, and what is done with it afterwards.

A file is read whole, in memory, and refused whole where it carries anything more than the mapped columns
allow (DESIGN 8.2). Nothing of it reaches `raw`, a report, a temporary file, a log or an error's words.
"""

from __future__ import annotations

from etl.register.load import Examined, Options, Outcome, examine, load_register, store

__all__ = ["Examined", "Options", "Outcome", "examine", "load_register", "store"]
