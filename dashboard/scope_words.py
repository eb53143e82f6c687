"""What the rows on a page are of, in words: nobody who sees less is told of the district."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.texts import number, say

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.queries import Situation


def own_school(situation: Situation, schools: pd.DataFrame) -> str:
    """Give the name of the one school that the viewer is confined to; empty where it is none or several.

    Parameters
    ----------
    situation
        Who looks.
    schools
        All schools that the viewer sees: ``name``.
    """
    is_one = situation.confined == "schools" and len(schools) == 1
    return str(schools["name"].iloc[0]) if is_one else ""


def whole_place(situation: Situation, schools: pd.DataFrame) -> str:
    """Name the whole of what the viewer sees, as it stands within a sentence.

    Parameters
    ----------
    situation
        Who looks.
    schools
        All schools that the viewer sees: ``name``.

    Returns
    -------
    str
        The one school's name, the own schools, the own police areas, or the district.
    """
    name = own_school(situation, schools)
    if name:
        return say("pages.place.school", name=name)
    if situation.confined == "schools":
        return say("pages.place.schools", count=number(len(schools)))
    return say("pages.place.areas" if situation.confined else "pages.place.district")
