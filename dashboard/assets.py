"""The map's scripts and styles: pinned npm packages and our own, at addresses that name their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import FileResponse, PlainTextResponse, Response

from data.settings import repository_root
from geo.errors import CampusError
from layers import offline

FOREVER = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}


class MissingAssetError(CampusError):
    """A script or style of the map is not installed; ``name`` says which."""

    key = "pages.missing_asset"


def _sources() -> dict[str, Path]:
    """Say which file stands behind which name."""
    packages = repository_root() / "node_modules"
    leaflet, own = packages / "leaflet" / "dist", Path(offline.__file__).parent / "browser"
    images = {f"leaflet/images/{path.name}": path for path in sorted((leaflet / "images").glob("*.png"))}
    return {
        "leaflet/leaflet.js": leaflet / "leaflet.js",
        "leaflet/leaflet.css": leaflet / "leaflet.css",
        "vectorgrid/vectorgrid.js": packages
        / "leaflet.vectorgrid"
        / "dist"
        / "Leaflet.VectorGrid.bundled.min.js",
        "campus/plan_map.js": own / "plan_map.js",
        "campus/campus_map.js": own / "campus_map.js",
        "campus/campus_map.css": own / "campus_map.css",
    } | images


@cache
def asset_files() -> tuple[str, dict[str, Path]]:
    """Read all assets once.

    Returns
    -------
    tuple
        Digest of all contents, and file by name.

    Raises
    ------
    MissingAssetError
        One is not installed.
    """
    files, digest = _sources(), hashlib.sha256()
    for name, path in files.items():
        if not path.is_file():
            raise MissingAssetError(name=name)
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16], files


def asset_address(name: str) -> str:
    """Give the path under which an asset is served; it changes when any asset does."""
    return f"/assets/{asset_files()[0]}/{name}"


def asset_response(digest: str, name: str) -> Response:
    """Answer a request for an asset; what is not on the list does not exist."""
    wanted, files = asset_files()
    path = files.get(name)
    if path is None or digest != wanted:
        return PlainTextResponse("not found", status_code=404)
    return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": FOREVER})
