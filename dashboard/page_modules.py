"""The heavy modules of the pages, loaded when the process starts, not at the first visit.

Not streamlit_folium, nor a module that imports it: a component registers itself with the server only when it
is imported by a running script.
"""

from __future__ import annotations

from importlib import import_module

from streamlit import config

# read before any cache is made, so that log levels hold from the first line on
config.get_config_options()

HEAVY = (
    "babel.dates",
    "dashboard.queries",
    "dashboard.view",
    "folium",
    "folium.plugins",
    "geopandas",
    "layers.drawing",
    "pyarrow",
    "streamlit.dataframe_util",
)


def preload() -> None:
    """Import what the first page needs."""
    for name in HEAVY:
        import_module(name)
