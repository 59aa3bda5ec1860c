"""Start and end tokens that somebody types: those too many left out of a text, one that is missing put before it."""

from __future__ import annotations

from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.text import read_text
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Positions


def without_doubled_ends(tokenizer: Any, text: str) -> str:
    """A text without a typed start token that its tokenizer puts there too, and the same at its end."""
    for outer, inner in ((0, 1), (-1, -2)):
        positions = read_text(tokenizer, text)
        if len(positions) < 2 or positions.ids[outer] != positions.ids[inner] or not positions.is_special[outer]:
            continue
        typed = [span for span in (positions.spans[outer], positions.spans[inner]) if span is not None]
        rest = text[: typed[0][0]] + text[typed[0][1] :] if len(typed) == 1 else text
        text = rest.strip() if rest.strip() else text
    return text


def with_start_token(tokenizer: Any, text: str) -> str:
    """A text that begins with the start token, for a tokenizer that puts none there, as GPT-2's.

    Raises
    ------
    InputError
        If it begins with one already, or the tokenizer has none.
    """
    positions = read_text(tokenizer, text)
    names = _start_tokens(tokenizer)
    if not names:
        raise InputError(lazy_gettext("This tokenizer has no start token: leave it out."))
    if positions.is_special[0] and positions.tokens[0] in names:
        message = N_("The text begins with a start token already ({token}): ask for none.")
        raise InputError(lazy_gettext(message, token=positions.tokens[0]))
    return f"{names[0]}{text}"


def missing_start_token(tokenizer: Any, positions: Positions) -> str | None:
    """The start token of a tokenizer that puts none beside a text; None where there is one, or another takes its place.

    ``positions`` are those of a text, with what a model may have gone on with.
    """
    typed = [i for i in range(len(positions)) if not positions.segments or positions.segments[i] == 0]
    names = _start_tokens(tokenizer)
    is_put = any(positions.spans[i] is None and positions.tokens[i] in names for i in typed)
    return names[0] if names and not is_put and not positions.is_special[0] else None


def _start_tokens(tokenizer: Any) -> list[str]:
    """At most two, of which a tokenizer uses one."""
    return [token for name in ("bos_token", "cls_token") if (token := getattr(tokenizer, name, None))]
