"""What the results of a school or post were computed from: a build leaves alone what nothing touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from sqlalchemy import text

from data.bulk import copy_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


def read_marks(connection: Connection, district: str, part: str) -> dict[str, bytes]:
    """Give the digests of what a partition's results were computed from.

    Parameters
    ----------
    connection
        The loader's.
    district
        The partition.
    part
        Name of the results, such as ``gate_slot``.

    Returns
    -------
    dict
        By code of the school or post; empty before the first build.
    """
    found = connection.execute(
        text("SELECT code, digest FROM work.built WHERE district_code = :district AND part = :part"),
        {"district": district, "part": part},
    )
    return {code: bytes(digest) for code, digest in found}


def write_marks(
    connection: Connection, district: str, part: str, codes: Sequence[str], digests: Sequence[bytes]
) -> None:
    """Put the digests of a partition's schools or posts in the place of those that it had.

    Parameters
    ----------
    connection
        The loader's, in the transaction that replaces the results.
    district, part
        As for `read_marks`.
    codes, digests
        Of every school or post of the partition.
    """
    where = {"district": district, "part": part}
    connection.execute(text("DELETE FROM work.built WHERE district_code = :district AND part = :part"), where)
    rows = pd.DataFrame({"code": list(codes), "digest": list(digests)})
    rows = rows.assign(district_code=district, part=part)
    connection.execute(text("CREATE TEMPORARY TABLE new_marks (LIKE work.built) ON COMMIT DROP"))
    copy_frame(connection, "new_marks", rows)
    connection.execute(text("INSERT INTO work.built SELECT * FROM new_marks"))
    connection.execute(text("DROP TABLE new_marks"))
