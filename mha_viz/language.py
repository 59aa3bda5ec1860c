"""What the app says, in the language of whoever reads it: messages in English → what a catalogue has for them.

A message is its English text, so English costs nothing and what a catalogue lacks is said in English. The functions are
called what gettext calls them, so that its tools find the messages by themselves. What a message speaks of stands in it
by name and comes as text, numbers as ``wording`` writes them: ``gettext("{word} gets {share}", word=…, share=…)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import ParamSpec, TypeVar

from mha_viz.paths import app_folder

ENGLISH = "en"
# What each is called in itself; in the order of the menu.
LANGUAGES = {
    ENGLISH: "English", "de": "Deutsch", "es": "Español", "fr": "Français", "zh": "中文", "ar": "العربية"
}  # fmt: skip
FROM_RIGHT = ("ar",)  # those that are written from right to left
WITHOUT_SPACES = ("zh",)  # those that write words without anything between them
ISOLATE, END = "\u2068", "\u2069"  # between these, text runs its own way, and nothing around it is turned
FROM_THE_RIGHT = "\u2067"  # between this and the end, text runs from the right whatever is in it
SPACE = "\u202f"  # narrow, and no line ends at it

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

# A share, a number with its sign, or one that begins with its point, as a translation has it in its own words.
_NUMBER = re.compile(rf"(?<![\w{ISOLATE}{{.,/-])(?:[-−+]?\d[\d.,]*[ \u00a0{SPACE}]?%|[-−+]\d[\d.]*|\.\d+)(?!\w)")
_UNIT = re.compile(f"{END}([ \u00a0{SPACE}]?%)")  # behind a value
_KEPT_APART = re.compile(f"[{ISOLATE}{FROM_THE_RIGHT}][^{ISOLATE}{FROM_THE_RIGHT}{END}]*{END}")
_language: ContextVar[str | None] = ContextVar("language", default=None)
_asked: list[Callable[[], str]] = []  # at most one: what knows the language of a run that nobody has told


def language() -> str:
    """The language of this run: a key of ``LANGUAGES``."""
    code = _language.get()
    if code is None:
        code = _asked[-1]() if _asked else ENGLISH
        speak(code)
    return code


def ask_for_language(look_up: Callable[[], str]) -> None:
    """Where nobody has said the language of a run, this tells it: pages run in threads that begin anew."""
    _asked[:] = [look_up]


def speak(code: str) -> None:
    """From here on in this run; what is no language of ours is English."""
    _language.set(code if code in LANGUAGES else ENGLISH)


@contextmanager
def spoken(code: str) -> Iterator[None]:
    """Inside, this language; after it, the one before."""
    before = _language.get()
    speak(code)
    try:
        yield
    finally:
        _language.set(before)


def in_this_language(work: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """The same work, which in another thread too says what it says in the language of this run."""
    code = language()

    def speaking(*given: Arguments.args, **named: Arguments.kwargs) -> Result:
        with spoken(code):
            return work(*given, **named)

    return speaking if code != ENGLISH else work


def gettext(message: str, /, **values: object) -> str:
    """A message in the language of this run.

    >>> gettext("{word} gets {share}", word="cat", share="84 %")
    'cat gets 84 %'
    """
    code = language()
    text = message if code == ENGLISH else _numbers_apart(_catalogue(code).gettext(message))
    return _filled(text, values)


def pgettext(context: str, message: str, /, **values: object) -> str:
    """A message that means something else elsewhere; ``context`` says what it means here, to whoever translates."""
    code = language()
    text = message if code == ENGLISH else _catalogue(code).pgettext(context, message)
    return _filled(text, values)


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """A message about a number of things, which it has as ``{n}``.

    >>> ngettext("{n} head", "{n} heads", 1), ngettext("{n} head", "{n} heads", 1200)
    ('1 head', '1,200 heads')
    """
    code = language()
    text = (one if n == 1 else many) if code == ENGLISH else _numbers_apart(_catalogue(code).ngettext(one, many, n))
    return _filled(text, {"n": whole(n), **values})


class LazyText(str):
    """A text in English that knows how to be said in another language: what is kept for several readers, such as notes
    of a capture and the sentence of an error, is said to each in their own (``said``).
    """

    say: Callable[[], str]

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        """In a pickle it is its English text."""
        return str, (str(self),)


def lazy_gettext(message: str, /, **values: object) -> str:
    """A message that is said in the language of whoever reads it, not of the run that found it: ``said``. Whole numbers
    may be given as such.
    """
    return _lazy(partial(gettext, message), values)


def lazy_ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """The same of a number of things."""
    return _lazy(partial(ngettext, one, many, n), values)


def lazily(say: Callable[[], str]) -> str:
    """What a function says in the language of whoever reads it."""
    return _lazy(say, {})


def lazy_joined(first: str, rest: str) -> str:
    """Two texts one after the other, of which each may be lazy."""
    return _lazy(lambda first, rest: f"{first}{rest}", {"first": first, "rest": rest})


def _lazy(fill: Callable[..., str], values: Mapping[str, object]) -> LazyText:
    def say() -> str:
        return fill(**{name: _said_now(value) for name, value in values.items()})

    with spoken(ENGLISH):
        text = LazyText(say())
    text.say = say
    return text


def _said_now(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return whole(value)
    return said(value) if isinstance(value, LazyText) else value


def said(text: object) -> str:
    """A text that may be lazy, or an error of which it is the sentence, in the language of this run.

    >>> said(ValueError(lazy_gettext("{n} of {all}", n=2, all=3)))
    '2 of 3'
    """
    inner = text.args[0] if isinstance(text, Exception) and text.args else text
    return inner.say() if isinstance(inner, LazyText) else str(text)


def _filled(text: str, values: Mapping[str, object]) -> str:
    """With what a message speaks of; in text from the right each value keeps to itself, or ``.13`` would be ``13.``"""
    if not values:
        return text
    filled = text.format(**{name: apart(value) for name, value in values.items()})
    return _UNIT.sub(rf"\1{END}", filled) if language() in FROM_RIGHT else filled


def _numbers_apart(text: str) -> str:
    """A translation whose numbers keep to themselves, sign, point and % at the side where they belong."""
    return _NUMBER.sub(rf"{ISOLATE}\g<0>{END}", text) if language() in FROM_RIGHT else text


def arrow() -> str:
    """What stands between where something comes from and where it goes; no browser turns it with the text."""
    return "←" if language() in FROM_RIGHT else "→"


def apart(value: object) -> object:
    """What stands in a text, so that it keeps its direction where the language is written from right to left."""
    if language() not in FROM_RIGHT:
        return value
    text = str(value)
    return f"{FROM_THE_RIGHT if _is_put_together(text) else ISOLATE}{text}{END}"


def _is_put_together(text: str) -> bool:
    """Whether all letters of a text are in values that keep to themselves: none is left to tell its direction."""
    outside = text
    while outside != (outside := _KEPT_APART.sub("", outside)):
        pass
    return any(map(str.isalpha, text)) and not any(map(str.isalpha, outside))


def N_(message: str) -> str:  # noqa: N802 - what gettext's tools know it by
    """The message as it is: noted for whoever translates, and said by ``gettext`` where it is shown.

    For tables that are made once, and for names that a link holds, such as those of a menu: ``gettext(name)``.
    """
    return message


def whole(n: int) -> str:
    """A whole number, in groups of three: by commas in English, else by narrow spaces, which no language reads as the
    point of a decimal.

    >>> whole(2001)
    '2,001'
    """
    return f"{n:,}" if language() == ENGLISH else f"{n:,}".replace(",", SPACE)


def catalogue_file(code: str) -> Path:
    """Where the translations into a language lie."""
    return app_folder() / "assets" / "languages" / f"{code}.po"


@cache
def _catalogue(code: str) -> NullTranslations:
    """A catalogue, read once; translations that nobody has looked at since their message changed are left out."""
    from babel.messages.mofile import write_mo  # only where somebody reads another language than English
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with catalogue_file(code).open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
