"""A server for a class: which models it shows, what it caps, the students' link and the teacher's token."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import socket
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from ipaddress import ip_address

from mha_viz.errors import InputError, TooLongError
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.catalogue import NOTHING_IS_FETCHED, WITHOUT_NETWORK
from mha_viz.wording import joined, quoted

VARIABLE = "MHA_VIZ_CLASS"  # how the command that starts a server tells it
LIMITS = {
    "tokens": N_("This text has {n} tokens; the limit in this class is {most}."),
    "characters": N_("This text has {n} characters; the limit in this class is {most}."),
}
MOST_CHARACTERS = 12  # for each token that a class reads: what is longer is refused before anybody counts its tokens
STARTED_BY = "MHA_VIZ_STARTED_BY"  # tells a server which process started it
TEACHER = "teacher"  # the part of the teacher's link that holds the token


@dataclass(frozen=True)
class ClassMode:
    """What a class may do.

    Attributes
    ----------
    models : tuple of str
        The only models that are shown.
    url : str
        What students open.
    token : str
        Whoever has it is the teacher.
    most_tokens : int
        Of a text.
    patience : float
        Seconds that a page waits for an answer, before it says that too much is going on.
    most_megabytes : int
        Of a file that somebody hands over.
    own_profiles : bool
        Whether profiles that were made on this machine are shown, beside those that come with the app.
    """

    models: tuple[str, ...]
    url: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    most_tokens: int = 512
    patience: float = 20.0
    most_megabytes: int = 2
    own_profiles: bool = False

    @property
    def teachers_url(self) -> str:
        return self.as_teacher(self.url)

    def as_teacher(self, url: str) -> str:
        """The same address, opened as the teacher."""
        return f"{url.rstrip('/')}/?{TEACHER}={self.token}"

    def is_token(self, text: str) -> bool:
        return hmac.compare_digest(text.encode(errors="replace"), self.token.encode())

    def refuse_other_model(self, name: str) -> None:
        """
        Raises
        ------
        InputError
            If the class does not read this model.
        """
        if name not in self.models:
            raise InputError(
                lazy_gettext(
                    "{model} is not available here. This class uses {models}.", model=quoted(name[:80]),
                    models=joined(self.models),
                )
            )  # fmt: skip

    def refuse_long_text(self, n: int, unit: str = "tokens", text: str = "") -> None:
        """
        Raises
        ------
        TooLongError
            If a text has more tokens than the class reads; ``unit`` may be characters, whose number is capped too.
        """
        most = self.most_tokens * (1 if unit == "tokens" else MOST_CHARACTERS)
        if n > most:
            sentence = lazy_gettext(LIMITS[unit], n=n, most=most)
            raise TooLongError(sentence, n, most, text, unit)


def class_mode() -> ClassMode | None:
    """What this server's class may do; None where it serves no class."""
    text = os.environ.get(VARIABLE)
    return _mode_in(text) if text else None


def leave_out(names: Collection[str]) -> None:
    """From here on the class that this server serves has these models no more, or the one that comes with the app."""
    if (mode := class_mode()) is not None and names:
        others = tuple(name for name in mode.models if name not in names) or (WITHOUT_NETWORK,)
        os.environ[VARIABLE] = json.dumps(asdict(replace(mode, models=others)))


def environment_of(mode: ClassMode | None) -> dict[str, str]:
    """The environment of a server for that class, or for one person."""
    others = {name: value for name, value in os.environ.items() if name not in (VARIABLE, NOTHING_IS_FETCHED)}
    if mode is None:
        return others
    # What a class needs is fetched before its server starts; its pages start no download, whoever asks.
    return {**others, VARIABLE: json.dumps(asdict(mode)), NOTHING_IS_FETCHED: N_("while a class is taught")}


def address_in_network() -> str | None:
    """This machine's address in its local network, by which others reach it; None where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation; nothing is sent
            address = probe.getsockname()[0]
        except OSError:
            return None
    return None if ip_address(address).is_loopback or ip_address(address).is_unspecified else address


def listed_models(text: str) -> tuple[str, ...]:
    """
    Raises
    ------
    InputError
        If no name stands between the commas.
    """
    names: Sequence[str] = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise InputError("--models names no model. Names go with commas between: minilm,classroom.")
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=4)
def _mode_in(text: str) -> ClassMode:
    values = json.loads(text)
    return ClassMode(**{**values, "models": tuple(values["models"])})
