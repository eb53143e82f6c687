"""A page in this process, on a database of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import viewer
from data.session import open_local_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = Path(__file__).parents[2] / "dashboard" / "page.py"


@pytest.fixture(autouse=True)
def own_viewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look with the operator's rights, who sees everything, unless a test signs in."""
    monkeypatch.setattr(viewer, "_of_page", open_local_session)


@pytest.fixture
def page(database: str, local_assets: None) -> Iterator[Callable[..., AppTest]]:
    """Open the page; arguments are the address's."""
    st.cache_data.clear()
    st.cache_resource.clear()

    def opened(**address: str) -> AppTest:
        app = AppTest.from_file(str(PAGE), default_timeout=60)
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()
