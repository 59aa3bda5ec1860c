"""Where things lie on this machine."""

import os
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).parent
SHIPPED = ("classroom",)  # catalogue models that lie among the assets
OFFLOAD = "MHA_VIZ_OFFLOAD"


def app_folder() -> Path:
    """The folder of app.py, pages and assets: inside an installed wheel, or the root of a checkout."""
    installed = PACKAGE / "_app"
    return installed if installed.is_dir() else PACKAGE.parent


def cache_folder() -> Path:
    """Where fetched models live: ``MHA_VIZ_CACHE``, else the user's cache."""
    return Path(os.environ.get("MHA_VIZ_CACHE") or platformdirs.user_cache_dir("mha-viz", appauthor=False))


def offload_folder() -> Path | None:
    """Where weights may be left that memory has no room for: ``MHA_VIZ_OFFLOAD``, else nowhere."""
    named = os.environ.get(OFFLOAD)
    return Path(named).expanduser() if named else None


def model_folder(name: str) -> Path:
    """The folder of a catalogue model, there or not."""
    if name in SHIPPED:
        return app_folder() / "assets" / name
    return cache_folder() / "models" / name


def parser_folder() -> Path:
    """The folder of the fetched parser, there or not."""
    return cache_folder() / "parser"
