"""The map of a meeting on one A4 sheet: zones with their places over a light background.

Equal input gives equal bytes: nothing of the clock or of the machine is written into the file. Zones are told
apart without colour: decided ones are hatched, and each place in the list stands in its circle.
"""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import shapely

from dashboard.papers.document import imprint_line
from dashboard.papers.map_labels import apart
from dashboard.papers.material import chosen_zones
from dashboard.papers.meeting import told_zones
from data.messages import text
from geo.arrays import shapes_of
from geo.crs import common_metric_epsg, to_metric
from geo.terms import BasemapClass, ZoneDecision

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from dashboard.papers.material import Backdrop, Imprint, Material, Wanted
    from data.messages import Lang
    from geo.arrays import Floats, Geometries

Kind = Literal["pdf", "png"]
SHEET_IN = (11.69, 8.27)
PNG_DPI = 150
MAP_BOX, SIDE_LEFT = (0.03, 0.085, 0.70, 0.815), 0.745
"""Left, bottom, width, height of the map, and where the legend begins: shares of the sheet."""
FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans CJK JP",
    "SimHei",
    "Microsoft YaHei",
    "DejaVu Sans",
)
"""The first of these that the machine has; the last comes with the library, without Chinese."""
STYLE: Mapping[str, Any] = {
    "pdf.fonttype": 3, "pdf.compression": 6, "axes.unicode_minus": False,
    "hatch.linewidth": 0.7, "hatch.color": "#7a1f1f", "path.simplify": True, "text.parse_math": False,
}  # fmt: skip
DECIDED, PROPOSED, OTHER = "#d9534f", "#f0ad4e", "#bdbdbd"
INK = "#222222"
MARK_MM, FINEST_MM, MARGIN = 4.6, 0.12, 0.04
LINE_CHARS, ROW = 19, 0.019
NICE = (1, 2, 5)
_one_at_a_time = threading.Lock()
"""The library keeps its style in one place for the whole process."""


def map_sheet(
    material: Material, backdrop: Backdrop, wanted: Wanted, imprint: Imprint, lang: Lang, *, kind: Kind
) -> bytes:
    """Draw the map.

    Parameters
    ----------
    material, backdrop
        Of one district; EPSG:4490.
    wanted
        Which zones are named.
    imprint
        What stands below the map.
    lang
        Language of the map.
    kind
        ``pdf`` to print, ``png`` for the papers.

    Returns
    -------
    bytes
        A file, the same for the same input.
    """
    import matplotlib as mpl  # noqa: PLC0415 -- the web process starts without it
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _one_at_a_time, mpl.rc_context(rc=cast("Any", {**STYLE, "font.family": [font_family()]})):
        figure = Figure(figsize=SHEET_IN, facecolor="white")
        FigureCanvasAgg(figure)
        axes = figure.add_axes(MAP_BOX)
        plane = _plane(material, backdrop)
        if plane is not None:
            _frame_map(axes, _extent(material, backdrop, plane))
            _background(axes, backdrop, plane)
            _zones(axes, material, wanted, plane)
            _scale_and_north(axes)
        else:
            axes.set_axis_off()
        _side(figure, material, wanted, lang)
        _around(figure, wanted, imprint, lang)
        return _written(figure, kind)


def font_family() -> str:
    """Name the font that the map is written in."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    there = set(fontManager.get_font_names())
    return next(name for name in FONTS if name in there)


def _written(figure: Any, kind: Kind) -> bytes:
    """Write the file without a moment or a program's name in it."""
    target = io.BytesIO()
    if kind == "pdf":
        figure.savefig(
            target, format="pdf", metadata={"CreationDate": None, "Producer": None, "Creator": None}
        )
        return target.getvalue()
    figure.savefig(target, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return _fewer_colours(target.getvalue())


def _fewer_colours(png: bytes) -> bytes:
    """Bring a picture down to a palette, which a map hardly shows and a document is a third of."""
    from PIL import Image  # noqa: PLC0415

    target = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        reduced = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
        reduced.save(target, format="PNG", optimize=True, dpi=(PNG_DPI, PNG_DPI))
    return target.getvalue()


def _plane(material: Material, backdrop: Backdrop) -> int | None:
    """Give the metric plane of what there is; None where there is nothing to draw."""
    for frame in (material.zones, backdrop.schools, backdrop.district):
        if len(frame):
            return int(common_metric_epsg(shapes_of(frame)))
    return None


def _metric(frame: gpd.GeoDataFrame, epsg: int) -> Geometries:
    """Give shapes in metres."""
    return to_metric(shapes_of(frame), epsg)


def _extent(material: Material, backdrop: Backdrop, epsg: int) -> Floats:
    """Give the box that is drawn, m: the district's, else that of zones and schools, with a margin."""
    shown = [backdrop.district] if len(backdrop.district) else [material.zones, backdrop.schools]
    box = shapely.total_bounds(np.concatenate([_metric(frame, epsg) for frame in shown if len(frame)]))
    margin = MARGIN * max(box[2] - box[0], box[3] - box[1], 1000)
    grown: Floats = box + np.array([-margin, -margin, margin, margin])
    return grown


def _frame_map(axes: Any, box: Floats) -> None:
    """Fit the box into the map's frame, as wide as the frame is."""
    width_in, height_in = MAP_BOX[2] * SHEET_IN[0], MAP_BOX[3] * SHEET_IN[1]
    centre = (box[:2] + box[2:]) / 2
    per_inch = max((box[2] - box[0]) / width_in, (box[3] - box[1]) / height_in)
    half = per_inch * np.array([width_in, height_in]) / 2
    axes.set_xlim(centre[0] - half[0], centre[0] + half[0])
    axes.set_ylim(centre[1] - half[1], centre[1] + half[1])
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(color="#888888", linewidth=0.8)


def _background(axes: Any, backdrop: Backdrop, epsg: int) -> None:
    """Draw what helps to find one's way, lightly, and no finer than it is seen."""
    finest = FINEST_MM * _metres_a_mm(axes)
    basemap = backdrop.basemap
    for word, colour in ((BasemapClass.GREEN, "#e3efda"), (BasemapClass.WATER, "#cfe3f2")):
        shapes = _metric(basemap[basemap["class"] == word], epsg)
        seen = shapely.simplify(shapes[shapely.area(shapes) > finest**2], finest)
        _areas(axes, seen, facecolor=colour, edgecolor="none")
    roads = shapely.line_merge(shapely.union_all(_metric(backdrop.roads, epsg)))
    for lines, look in (
        (np.array([roads]), {"color": "#d8cfc0", "linewidth": 0.7}),
        (_edges(backdrop.towns, epsg), {"color": "#9a9a9a", "linewidth": 0.7, "linestyle": (0, (4, 3))}),
        (_edges(backdrop.district, epsg), {"color": "#555555", "linewidth": 1.6}),
    ):
        _lines(axes, shapely.simplify(lines, finest), **look)
    _places(axes, backdrop, epsg)


def _edges(frame: gpd.GeoDataFrame, epsg: int) -> Geometries:
    """Give the edges of areas, one that two areas share once, or its dashes would fill each other."""
    return np.array([shapely.line_merge(shapely.union_all(shapely.boundary(_metric(frame, epsg))))])


def _places(axes: Any, backdrop: Backdrop, epsg: int) -> None:
    """Mark the schools and name the towns, readable above them."""
    from matplotlib.patheffects import withStroke  # noqa: PLC0415

    schools = shapely.point_on_surface(_metric(backdrop.schools, epsg))
    axes.plot(shapely.get_x(schools), shapely.get_y(schools), linestyle="none", marker="^", markersize=3.2,
              markerfacecolor="#2c6e9b", markeredgecolor="white", markeredgewidth=0.3, zorder=3)  # fmt: skip
    halo = [withStroke(linewidth=2.2, foreground="white")]
    at = shapely.point_on_surface(_metric(backdrop.towns, epsg))
    for point, name in zip(at, backdrop.towns["name"], strict=True):
        axes.annotate(name, (point.x, point.y), ha="center", va="center", fontsize=8, color="#6f6f6f",
                      path_effects=halo, zorder=4.5)  # fmt: skip


def _metres_a_mm(axes: Any) -> float:
    """Say how many metres a millimetre of the sheet is."""
    west, east = axes.get_xlim()
    return float((east - west) / (MAP_BOX[2] * SHEET_IN[0] * 25.4))


def _areas(axes: Any, shapes: Geometries, **look: Any) -> None:
    """Fill shapes, holes left open, as one collection."""
    from matplotlib.collections import PathCollection  # noqa: PLC0415
    from matplotlib.path import Path  # noqa: PLC0415

    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    if not len(parts):
        return
    rings = [[Path(shapely.get_coordinates(ring), closed=True) for ring in shapely.get_rings(part)]
             for part in shapely.orient_polygons(parts)]  # fmt: skip
    paths = [Path.make_compound_path(*each) for each in rings]
    axes.add_collection(PathCollection(paths, **look), autolim=False)


def _lines(axes: Any, shapes: Geometries, **look: Any) -> None:
    """Draw lines as one collection."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415

    parts = shapely.get_parts(shapes[~shapely.is_missing(shapes)])
    parts = parts[np.isin(shapely.get_type_id(parts), (1, 2))]
    if len(parts):
        lines = [shapely.get_coordinates(part) for part in parts]
        axes.add_collection(LineCollection(lines, **look), autolim=False)


def _zones(axes: Any, material: Material, wanted: Wanted, epsg: int) -> None:
    """Draw the zones: those that are not spoken of faintly, the others with their place in a circle."""
    zones = chosen_zones(material.zones, wanted)
    others = material.zones[~material.zones["zone_id"].isin(zones["zone_id"])]
    _areas(axes, _metric(others, epsg), facecolor="none", edgecolor=OTHER, linewidth=0.7, zorder=4)
    is_decided = (zones["decision"] == ZoneDecision.DECIDED).to_numpy(dtype=bool)
    shapes = _metric(zones, epsg)
    for flags, colour, hatch in ((~is_decided, PROPOSED, None), (is_decided, DECIDED, "////")):
        _areas(
            axes,
            shapes[flags],
            facecolor=f"{colour}66",
            edgecolor=colour,
            linewidth=1.1,
            hatch=hatch,
            zorder=5,
        )
    if len(zones):
        _labels(axes, shapely.point_on_surface(shapes), zones["rank"].tolist(), is_decided.tolist())


def _labels(axes: Any, points: Geometries, ranks: list[int], decided: list[bool]) -> None:
    """Write each place in a circle beside its zone, clear of the other circles, with a line to the zone."""
    at = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    per_mm = _metres_a_mm(axes)
    inside = np.array([[west, south], [east, north]]) + per_mm * MARK_MM * np.array([[1], [-1]])
    placed = apart(at, size=1.15 * MARK_MM * per_mm, inside=inside)
    for (x, y), spot, rank, is_decided in zip(placed, at, ranks, decided, strict=True):
        colour = DECIDED if is_decided else "#c77c11"
        axes.plot([spot[0], x], [spot[1], y], color=INK, linewidth=0.6, zorder=6)
        axes.plot([x], [y], marker="o", markersize=MARK_MM * 72 / 25.4, color="white", markeredgecolor=colour,
                  markeredgewidth=1.6, zorder=7)  # fmt: skip
        axes.annotate(str(rank), (x, y), ha="center", va="center_baseline", fontsize=8.5, fontweight="bold",
                      color=INK, zorder=8)  # fmt: skip


def _scale_and_north(axes: Any) -> None:
    """Draw a bar of a round length, and which way is up."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    width, height = east - west, north - south
    length = nice_length(width / 5)
    x, y = west + 0.03 * width, south + 0.035 * height
    word = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"  # noqa: PLR2004 -- metres in a kilometre
    for at, colour in ((0, INK), (0.5, "white")):
        axes.fill_between([x + at * length, x + (at + 0.5) * length], y, y + 0.008 * height, facecolor=colour,
                          edgecolor=INK, linewidth=0.8, zorder=9)  # fmt: skip
    axes.annotate(
        word, (x + length, y + 0.018 * height), ha="right", va="bottom", fontsize=8, color=INK, zorder=9
    )
    up = (west + 0.965 * width, north - 0.03 * height)
    axes.annotate("", up, (up[0], up[1] - 0.07 * height), zorder=9,
                  arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2})  # fmt: skip
    axes.annotate("N", (up[0], up[1] - 0.08 * height), ha="center", va="top", fontsize=9, fontweight="bold",
                  color=INK, backgroundcolor="white", zorder=9)  # fmt: skip


def nice_length(metres: float) -> float:
    """Give the largest of 1, 2 and 5 times a power of ten that is no longer."""
    power = 10.0 ** np.floor(np.log10(metres))
    return float(max(step * power for step in NICE if step * power <= metres))


def _side(figure: Any, material: Material, wanted: Wanted, lang: Lang) -> None:
    """Write the legend, and which zone has which place."""
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    def word(key: str) -> str:
        return text(f"papers.map.{key}", lang)

    signs: list[Any] = [
        Patch(facecolor=f"{DECIDED}66", edgecolor=DECIDED, hatch="////", label=word("decided")),
        Patch(facecolor=f"{PROPOSED}66", edgecolor=PROPOSED, label=word("proposed")),
        Patch(facecolor="none", edgecolor=OTHER, label=word("other")),
        Line2D([], [], linestyle="none", marker="^", markersize=5, color="#2c6e9b", label=word("school")),
        Line2D([], [], color="#555555", linewidth=1.6, label=word("district")),
        Line2D([], [], color="#9a9a9a", linewidth=0.8, linestyle=(0, (4, 3)), label=word("town")),
        Line2D([], [], color="#d8cfc0", linewidth=1.4, label=word("road")),
        Patch(facecolor="#cfe3f2", label=word("water")), Patch(facecolor="#e3efda", label=word("green")),
    ]  # fmt: skip
    figure.legend(handles=signs, loc="upper left", bbox_to_anchor=(SIDE_LEFT - 0.006, 0.905), frameon=False,
                  fontsize=8, title=word("legend"), alignment="left", labelspacing=0.55)  # fmt: skip
    y = 0.60
    figure.text(SIDE_LEFT, y, word("zones"), fontsize=10, fontweight="bold", color=INK)
    for told in told_zones(material, wanted, lang):
        for line in _wrapped(f"{told.rank}　{told.place}", LINE_CHARS):
            y -= ROW
            if y > MAP_BOX[1]:
                figure.text(SIDE_LEFT, y, line, fontsize=7.5, color=INK)
        y -= ROW * 0.25


def _wrapped(words: str, chars: int) -> list[str]:
    """Break a line by width: a Latin letter is half as wide as a Chinese one."""
    lines, width = [""], 0.0
    for letter in words:
        step = 0.55 if letter.isascii() else 1.0
        if width + step > chars:
            lines.append("　　")
            width = 2.0
        lines[-1] += letter
        width += step
    return lines


def _around(figure: Any, wanted: Wanted, imprint: Imprint, lang: Lang) -> None:
    """Write the title above the map and the imprint below."""
    figure.text(0.03, 0.935, text("papers.map.title", lang, title=wanted.title), fontsize=15,
                fontweight="bold", color=INK)  # fmt: skip
    marks = [text("pages.internal", lang)] + ([text("pages.training", lang)] if imprint.is_training else [])
    figure.text(0.97, 0.937, "　".join(marks), fontsize=10.5, fontweight="bold", color="#b02a2a", ha="right")
    figure.text(0.03, 0.048, imprint_line(imprint, lang), fontsize=7.5, color=INK)
    sources = [text("papers.map.source", lang, name=imprint.attribution)] if imprint.attribution else []
    if imprint.approval_no:
        sources.append(text("papers.map.approval", lang, number=imprint.approval_no))
    figure.text(0.03, 0.024, "　".join(sources), fontsize=7.5, color=INK)
    figure.text(0.97, 0.024, text("papers.map.not_survey", lang), fontsize=7.5, color=INK, ha="right")
