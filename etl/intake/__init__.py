"""Read -> map -> check -> resolve -> compare -> apply: a file becomes facts, in one transaction.

``run`` is the order of things; each other module is one step. A chunk of rows travels as whole columns, never
row by row: ``checks`` gives values, ``shapes`` geometries, ``identity`` codes and digests, ``staging`` puts
them together for PostgreSQL, which compares and applies them as sets. ``verdicts`` keeps what was refused or
repaired, and why.
"""

from __future__ import annotations

from etl.intake.run import Options, load
from etl.report import LoadReport, RowVerdict

__all__ = ["LoadReport", "Options", "RowVerdict", "load"]
