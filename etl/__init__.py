"""Jobs: files in, facts and results out, each one transaction; and the command line that starts them."""

from __future__ import annotations

import os

# lxml comes with the library that writes documents; strangers' workbooks are read by the standard library's
# parser, whose limits `etl.readers` knows
os.environ["OPENPYXL_LXML"] = "False"
