"""The two folium elements of the lean pattern.

`Base` stands in the map and never changes: it tells the browser which layers there are, what the legend says
and which words to use. `Paint` stands in the feature group that every rerun sends: addresses, one code a
feature, what is selected. Neither holds a geometry.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from branca.element import MacroElement
from jinja2 import Template

if TYPE_CHECKING:
    from collections.abc import Mapping


def script_json(value: object) -> str:
    """Write a value so that no text in it can end the script that it stands in.

    Parameters
    ----------
    value
        Anything that JSON knows.

    Returns
    -------
    str
        JSON whose ``<``, ``>``, ``&``, ``{{`` and line separators are escaped.
    """
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    for sign in "<>&'":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    # st_folium resolves {{'name'}} in scripts; without that quote nothing can look like it
    return written


class Base(MacroElement):
    """What the browser is told once.

    Parameters
    ----------
    config
        Layers, legend, words and first view, see ``browser/campus_map.js``.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "CampusMap.start({{ this._parent.get_name() }}, {{ this.config }});"
        "{% endmacro %}"
    )

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "campus_base"
        self.config = script_json(config)


class Paint(MacroElement):
    """What a rerun sends.

    Parameters
    ----------
    state
        Addresses, codes, theme and selection, see ``browser/campus_map.js``.
    """

    _template = Template("{% macro script(this, kwargs) %}CampusMap.paint({{ this.state }});{% endmacro %}")

    def __init__(self, state: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "campus_paint"
        self.state = script_json(state)
