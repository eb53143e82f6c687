"""What a load says of a file beside its rows' verdicts: times without a zone, positions that were rounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from etl.intake.moments import names_zone
from etl.kinds import Holds
from etl.notes import Note
from etl.rounding import in_words, told
from geo.rounded import rounding_of

if TYPE_CHECKING:
    import pandas as pd

    from etl.definitions import Definition
    from etl.intake.forensics import Received
    from geo.arrays import Flags


@dataclass
class Remarks:
    """What chunks have to say; counts alone, never a cell."""

    local_times: int = 0
    """Moments of rows that stand which name no zone."""

    def add(self, cells: pd.DataFrame, definition: Definition, standing: Flags) -> None:
        """Note a chunk.

        Parameters
        ----------
        cells
            Texts as received.
        definition
            The source's description.
        standing
            Rows that are not refused.
        """
        moments = {column.name for column in definition.spec.columns if column.holds is Holds.MOMENT}
        for name in moments & definition.columns.keys():
            columns = [cells[one] for one in definition.columns[name].columns if one in cells.columns]
            filled = [texts[standing & texts.notna().to_numpy()] for texts in columns]
            self.local_times += sum(int((~texts.map(names_zone).astype(bool)).sum()) for texts in filled)


def notes_of(remarks: Remarks, received: Received, definition: Definition) -> tuple[Note, ...]:
    """Put together what there is to say of a file.

    Parameters
    ----------
    remarks
        Of all chunks.
    received
        Where its rows are, in the numbers of the file.
    definition
        The source's description; only of events it is asked whether their positions were rounded.
    """
    notes = []
    if remarks.local_times:
        zone = str(definition.zone)
        notes.append(Note("hotspots.load.local_times", {"count": remarks.local_times, "zone": zone}))
    if definition.spec.coarsened and received.source is not None:
        places = received.frame()[["x0", "y0"]].to_numpy(dtype=np.float64)
        unit = 1.0 if received.source.is_plane else None
        said = in_words(told(rounding_of(places[:, 0], places[:, 1], metres_per_unit=unit)))
        notes += [] if said is None else [Note(f"hotspots.load.{said[0]}", said[1])]
    return tuple(notes)
