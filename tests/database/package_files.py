"""Packages taken apart, changed and put together again, as their maker or somebody else would."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from etl.packages import archive, keys, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


def forged(content: bytes, change: Callable[[dict[str, Any], dict[str, bytes]], None]) -> bytes:
    """Give a package whose content was changed and then signed by the police's own key."""
    sealed = unsealed(content)
    facts, members = json.loads(sealed.manifest), dict(sealed.tables)
    change(facts, members)
    for table in facts["tables"]:
        if table["name"] in members:
            table["sha256"] = hashlib.sha256(members[table["name"]]).hexdigest()
    written = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return archive.pack(archive.Sealed(written, keys.sign(written), members))


def unsealed(content: bytes) -> archive.Sealed:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        members = {name: found.read(name) for name in found.namelist()}
    named = {
        name.removesuffix(".parquet"): data for name, data in members.items() if name.endswith(".parquet")
    }
    return archive.Sealed(members["manifest.json"], members["signature"], named)


def with_frame(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[..., None]:
    """Change one table's rows, and the manifest's numbers with them."""

    def apply(facts: dict[str, Any], members: dict[str, bytes]) -> None:
        frame = change(tables.from_parquet(name, members[name]))
        members[name] = tables.as_parquet(name, frame)
        for table in facts["tables"]:
            if table["name"] == name:
                counts = frame["district_code"].value_counts()
                table["rows"] = {code: int(counts.get(code, 0)) for code in facts["districts"]}

    return apply


def zip_of(members: dict[str, bytes], *, how: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as found:
        for name, data in members.items():
            found.writestr(zipfile.ZipInfo(name), data, compress_type=how)
        found.comment = comment
    return buffer.getvalue()


def twice(members: dict[str, bytes]) -> bytes:
    """Put a member in a second time: readers differ in which they take."""
    buffer = io.BytesIO(zip_of(members))
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as found:
        warnings.simplefilter("ignore")
        found.writestr(zipfile.ZipInfo("coverage.parquet"), b"x")
    return buffer.getvalue()


def members_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return {name: found.read(name) for name in found.namelist()}
