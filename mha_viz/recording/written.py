"""A text with two sides → the same with the target that an encoder-decoder writes of it, and what is said of that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mha_viz.errors import InputError
from mha_viz.inputs.text import read_target, target_prompt, tokenizer_of
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Capture, Model, Positions
from mha_viz.recording.generate import write_target
from mha_viz.recording.requests import Request
from mha_viz.recording.together import pad

WRITTEN = lazy_gettext("The target was written by the model itself, the most likely token each time.")
NOTHING = lazy_gettext("The model wrote no target: its end token is the most likely one at once.")
NOT_ENDED = N_("It was stopped after {n} tokens, before its end.")
OTHERWISE = lazy_gettext("Read as text, the target is cut into other tokens than those it was written in.")


def with_written_target(
    model: Model, request: Request, source: Positions, progress: Callable[[float], None] | None
) -> tuple[Request, tuple[str, ...]]:  # fmt: skip
    """The same request with the target that the model writes of it, and sentences on how that was written.

    The target is then read as one that somebody typed would be: what is shown of it is what any reader of that text
    gets. Where the model writes nothing, it stays without one.

    Raises
    ------
    InputError
        If the target is given, or nothing says which language it is to be in, or the model has no head that writes.
    """
    if request.target is not None:
        raise InputError("The target is given, so that the model writes none: leave new_tokens or the target out.")
    tokenizer, start_id = tokenizer_of(model.processor), start_token(model.network)
    prompt = target_prompt(tokenizer, source.text, start_id, language=request.languages[1])
    batch = pad([source.ids], tokenizer, model.network.device)
    new, ended = write_target(model, batch, prompt, request.new_tokens, progress)
    target = as_text(tokenizer, new)
    if not target:
        return replace(request, new_tokens=0), (NOTHING,)
    again = read_target(tokenizer, target, start_id, language=request.languages[1]).ids
    notes = (WRITTEN, *[lazy_gettext(NOT_ENDED, n=len(new))] * (not ended))
    return replace(request, target=target, new_tokens=0), (*notes, *[OTHERWISE] * (again != (*prompt, *new)))


def start_token(network: Any) -> int | None:
    """What the decoder begins with: as the configuration says, else as for generating, else the decoder's own."""
    of_decoder = getattr(network.config, "decoder", None)
    places = (network.config, getattr(network, "generation_config", None), of_decoder)
    tokens = [getattr(place, "decoder_start_token_id", None) for place in places]
    tokens.append(getattr(of_decoder, "bos_token_id", None))
    return next((token for token in tokens if token is not None), None)


def as_text(tokenizer: Any, ids: list[int]) -> str:
    """What tokens say, without those that stand for no text."""
    return str(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)).strip()


def told_of_writing(capture: Capture) -> str:
    """What a page says of how a target was written; empty where it was given."""
    if is_written(capture):
        return lazy_gettext("{model} wrote: {target}", model=capture.short_name, target=capture.target)
    return NOTHING if NOTHING in capture.notes else ""


def is_written(capture: Capture) -> bool:
    """Whether the model wrote the target of a text itself."""
    return WRITTEN in capture.notes
