"""The web application: pages, layer routes, assets and headers in one ASGI process on one port."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware

from dashboard import page_modules
from dashboard.assets import asset_address
from dashboard.gate.middleware import Gate
from dashboard.headers import SecurityHeaders
from dashboard.language import DocumentLanguage
from dashboard.routes import routes
from data.gate_settings import read_settings
from layers.offline import use_local_assets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

use_local_assets(asset_address)
gate_settings = read_settings(os.environ)


@asynccontextmanager
async def _ready(_app: st.App) -> AsyncIterator[None]:
    """Load what the first visitor would otherwise wait for."""
    page_modules.preload()
    yield


app = st.App(
    Path(__file__).with_name("page.py"),
    lifespan=_ready,
    routes=routes(),
    middleware=[
        Middleware(SecurityHeaders, is_secure=gate_settings.is_secure),
        Middleware(Gate, settings=gate_settings),
        Middleware(DocumentLanguage),
    ],
)
