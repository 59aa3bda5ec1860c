"""By which addresses browsers reach the app: the origins that a proxy shows to the world, and the path below them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mha_viz.errors import InputError

LOOPBACK = "127.0.0.1"  # this machine only
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - an address that the user asked for
DEFAULT_PORTS = {"http": 80, "https": 443}  # which browsers leave out
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w-]+(?:\.[\w-]+)*|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?P<more>[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)
_PATH = re.compile(r"/?((?:[\w.~-]+/)*[\w.~-]+)?/?", re.ASCII)


@dataclass(frozen=True)
class Address:
    """What a proxy in front of the app makes of its address.

    Attributes
    ----------
    origins : tuple of str
        By which browsers reach the proxy; what people are shown is made of the first. None: there is no proxy.
    path : str
        Below which the app lies, with a slash in front and none behind; empty where it has an origin to itself.
    """

    origins: tuple[str, ...] = ()
    path: str = ""

    def public_url(self, local: str) -> str:
        """What people open; ``local`` is the origin where there is no other."""
        return self.below(self.origins[0] if self.origins else local)

    def below(self, origin: str) -> str:
        """The app at this origin. The slash at the end spares a proxy the question what lies there without it."""
        return f"{origin}{self.path}/" if self.path else origin


def add_address_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--origin", action="append", default=[], metavar="URL",
        help="behind a proxy: by which browsers reach it, such as https://school.example; once for each, and links are "
        "made of the first",
    )  # fmt: skip
    parser.add_argument("--path", default="", help="below which the proxy has the app, such as /tools/mha")


def address_of(origins: Sequence[str], path: str) -> Address:
    """
    Raises
    ------
    InputError
        If one of them is no origin or no path.
    """
    return Address(tuple(dict.fromkeys(map(origin_of, origins))), path_of(path))


def origin_of(text: str) -> str:
    """An origin as browsers write it: in lower case, without a port that goes without saying.

    Raises
    ------
    InputError
        If it is no origin, or more than one.
    """
    match = _ORIGIN.fullmatch(text)
    if match is None or not 1 <= int(match["port"] or 1) <= 65535:
        raise InputError(
            f"--origin {text[:80]!r} is not an origin: give scheme and host, and the port if it has one, such as "
            "https://school.example."
        )
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = int(match["port"] or DEFAULT_PORTS[scheme])
    origin = f"{scheme}://{host}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")
    if match["more"] not in (None, "/"):
        raise InputError(f"--origin {text[:80]!r} goes on after {origin}: give the path with --path.")
    return origin


def path_of(text: str) -> str:
    """A base path with a slash in front and none behind; empty for none.

    Raises
    ------
    InputError
        If it is no path, or one that leads elsewhere.
    """
    match = _PATH.fullmatch(text)
    names = match[1].split("/") if match and match[1] else []
    if match is None or {".", ".."} & set(names):
        raise InputError(
            f"--path {text[:80]!r} is not a base path: give names of letters, digits and . _ ~ - with slashes between, "
            "such as /tools/mha."
        )
    return "".join(f"/{name}" for name in names)
