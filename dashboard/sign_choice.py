"""Which sign of a layer is selected, whoever selected it: the map, a table or the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.selection import FOCUS, focus

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class SignChoice:
    """The selected sign of one layer, by its code, in the session and in the address.

    Parameters
    ----------
    layer
        Key of the layer, and its name in the address.
    column
        Of the table: the code of a row's sign.
    """

    layer: str
    column: str

    @property
    def _chosen(self) -> str:
        return f"selected_{self.layer}"

    @property
    def _pinned(self) -> str:
        return f"pinned_{self.layer}"

    def selected(self) -> str | None:
        """Give the selected code: the session's, else the address's, to which the map then goes."""
        if self._chosen not in st.session_state:
            given = st.query_params.get(self.layer)
            st.session_state[self._chosen] = st.session_state[self._pinned] = given
            if given:
                st.session_state[FOCUS] = focus() + 1
        value = st.session_state[self._chosen]
        return str(value) if value else None

    def select(self, code: str | None, *, go_there: bool, pin: bool = True) -> None:
        """Select a sign, or none.

        Parameters
        ----------
        code
            The sign's.
        go_there
            Whether the map is to go to it.
        pin
            Whether its rows are to stand first in the table, where the table was not what selected it.
        """
        st.session_state[self._chosen] = code
        if pin:
            st.session_state[self._pinned] = code
        if code is None:
            st.query_params.pop(self.layer, None)
            return
        st.query_params[self.layer] = code
        if go_there:
            st.session_state[FOCUS] = focus() + 1

    def pinned_first(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put the rows of the sign that was selected elsewhere first."""
        first = table[self.column] == st.session_state.get(self._pinned)
        return table.loc[first[first].index.append(first[~first].index)].reset_index(drop=True)

    def rows(self, table: pd.DataFrame) -> list[int]:
        """Give the first row of the selected sign, if there is one."""
        return [int(row) for row in table.index[table[self.column] == self.selected()][:1]]
