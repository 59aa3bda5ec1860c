"""Model + text → Capture: read the texts, go on with them, run them as one padded batch, cut each one out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.errors import InputError, too_long_for
from mha_viz.inputs.chat import is_chat, read_chat
from mha_viz.inputs.limits import length_note, n_known_ids, position_limit
from mha_viz.inputs.media.picture import is_picture
from mha_viz.inputs.notes import untold_language
from mha_viz.inputs.text import GENERATED, read_target, read_text, token_types, tokenizer_of
from mha_viz.media import Chat, Sound
from mha_viz.objects import Capture, Model, Positions
from mha_viz.progress import part_of
from mha_viz.recording.drawn import is_as_drawn
from mha_viz.recording.generate import continue_text
from mha_viz.recording.media.one_example import capture_tensors
from mha_viz.recording.media.pictures import capture_picture, refuse_beside_picture
from mha_viz.recording.media.sounds import capture_sound, hears, said_in_sound
from mha_viz.recording.media.tensor_axes import with_axes
from mha_viz.recording.requests import Request, requests_of
from mha_viz.recording.together import Row, as_rows, pad, read_together
from mha_viz.recording.written import start_token, with_written_target
from mha_viz.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from PIL.Image import Image

    Medium = bytes | Path | Image | np.ndarray[Any, Any] | Sound

GENERATING = 0.9  # of the time of a capture that goes on with a text: a pass a token, then one over all


@overload
def capture(
    model: Model, text: str | Chat | Sequence[Mapping[str, str]] | Mapping[str, Tensor] | Medium, *,
    target: str | Sequence[str] | None = None,
    pair: str | Sequence[str | None] | None = None, new_tokens: int = 0, batch_size: int = 16,
    source_language: str | None = None, target_language: str | None = None, add_generation_prompt: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Capture: ...  # fmt: skip


@overload
def capture(
    model: Model, text: list[str] | tuple[str, ...], *, target: str | Sequence[str] | None = None,
    pair: str | Sequence[str | None] | None = None, new_tokens: int = 0, batch_size: int = 16,
    source_language: str | None = None, target_language: str | None = None, add_generation_prompt: bool = False,
    progress: Callable[[float], None] | None = None,
) -> list[Capture]: ...  # fmt: skip


def capture(
    model: Model,
    text: str | Sequence[str] | Chat | Sequence[Mapping[str, str]] | Mapping[str, Tensor] | bytes | Path | Sound | Any,
    *,
    target: str | Sequence[str] | None = None,
    pair: str | Sequence[str | None] | None = None,
    new_tokens: int = 0,
    batch_size: int = 16,
    source_language: str | None = None,
    target_language: str | None = None,
    add_generation_prompt: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Capture | list[Capture]:
    """Queries, keys and values of every attention call of a forward pass.

    Parameters
    ----------
    model : Model
        From ``load_model`` or ``model_from``.
    text : str, list of str, list of messages, picture, sound, or mapping of tensors
        Messages are mappings, ``{"role": "user", "content": "Why?"}``: a chat, which the model reads through its own
        chat template. The ``segments`` of the positions then number the messages, and ``parts`` are their roles. A
        mapping of tensors is what a processor returns (``pixel_values``, ``input_features``, …). A picture is a
        ``pathlib.Path``, the bytes of a file, a Pillow image or an array (row, column, 3) of whole numbers from 0 to
        255; the model's own processor reads it, and the positions are its patches. A sound comes from ``read_sound``:
        its axis is in seconds, and what was filled up behind its end is special.
    target : str or list of str, optional
        What the decoder of an encoder-decoder reads. Without it only the encoder runs; of a sound the model then writes
        the transcript itself.
    pair : str or list of str, optional
        A second text, read together with the first as the tokenizer joins a pair; an empty one is none. The
        ``segments`` of the positions are 0 for the first text and 1 for the second.
    new_tokens : int
        A causal language model first goes on with the text by so many tokens, the most likely one each time, and
        stops earlier at its end token; 200 at most. What is captured is then one plain forward pass over all of them;
        the ``segments`` of the positions are 0 where it was typed and 1 where it was generated. An encoder-decoder
        writes the target, by at most so many tokens, and a note says so.
    batch_size : int
        Texts of a list run together, padded; the padding is removed from the result.
    source_language, target_language : str, optional
        The languages of texts and targets, where a translation model is told them by tags: ``fra_Latn`` with NLLB,
        ``fr_XX`` with mBART, ``fr`` with M2M-100. By default what its tokenizer is set to.
    add_generation_prompt : bool
        Whether a chat ends with what its template writes before an answer of the model.
    progress : callable, optional
        Called with the share that is done, from 0 to 1: after each new token and after each layer's attention.

    Returns
    -------
    Capture, or a list of them when a list was given.

    Raises
    ------
    InputError
        If a text is empty or longer than the model reads (nothing is ever cut), if texts and second texts or targets
        do not come in equal numbers, if the model cannot go on with a text, or if its chat template is missing or does
        not take the messages.
    UnreadableModelError
        If the attention of this model cannot be reproduced.
    """
    languages = (source_language, target_language)
    if is_picture(text):
        refuse_beside_picture(target, pair, new_tokens, languages, add_generation_prompt)
        return with_notes(model, capture_picture(model, text, progress))
    if isinstance(text, Sound):
        said = said_in_sound(target, pair, new_tokens, source_language, add_generation_prompt)
        return with_notes(model, capture_sound(model, text, said, target_language, progress))
    requests = requests_of(text, target, pair, new_tokens, languages, add_generation_prompt)
    if batch_size < 1:
        raise InputError(f"A batch holds at least 1 text; batch_size is {batch_size}.")
    if isinstance(text, Mapping):
        return with_axes(model, with_notes(model, capture_tensors(model, text, progress)), text)
    captures: list[Capture] = []
    for begin in range(0, len(requests), batch_size):
        chunk = requests[begin : begin + batch_size]
        part = part_of(progress, begin / len(requests), (begin + len(chunk)) / len(requests))
        captures += [with_notes(model, each) for each in _capture_texts(model, chunk, part)]
    return captures[0] if isinstance(text, str) or is_chat(text) else captures


def with_notes(model: Model, capture: Capture) -> Capture:
    """The same, with what is to be said of its model's weights and of a text longer than usual."""
    n = max(map(len, capture.query_positions.values())) if capture.text else 0
    of_length = length_note(model.network, tokenizer_of(model.processor), n)
    of_language = untold_language(model.network.config) if capture.text else ""
    notes = (*model.notes, *capture.notes, *filter(None, (of_length, of_language)))
    return changed(capture, notes=notes, as_drawn=is_as_drawn(model.network), dtype=model.dtype)


def read_all(model: Model, requests: list[Request]) -> tuple[dict[str, Tensor], list[Row]]:
    """Texts as the network takes them, and the positions that its encoder and decoder read of each."""
    return as_batch(model, requests, _read_sources(model, requests))


def _read_sources(model: Model, requests: list[Request]) -> list[Positions]:
    if hears(model) or not callable(getattr(tokenizer_of(model.processor), "convert_ids_to_tokens", None)):
        wanted = "a sound (--sound FILE; in Python read_sound(FILE))" if hears(model) else "a picture (--picture FILE)"
        raise InputError(f"{model.name} does not read text: give {wanted}.")
    return [_known(model, read_request(tokenizer_of(model.processor), request)) for request in requests]


def _capture_texts(model: Model, requests: list[Request], progress: Callable[[float], None] | None) -> list[Capture]:
    sources = _read_sources(model, requests)
    if requests[0].new_tokens and model.network.config.is_encoder_decoder:
        return [_with_two_sides(model, *each, progress) for each in zip(requests, sources, strict=True)]
    if requests[0].new_tokens:
        sources = _go_on(model, sources, requests[0].new_tokens, part_of(progress, 0.0, GENERATING))
        progress = part_of(progress, GENERATING, 1.0)
    batch, rows = as_batch(model, requests, sources)
    captures = read_together(model, batch, rows, encoder_only=requests[0].target is None, progress=progress)
    return [as_requested(*each) for each in zip(captures, requests, sources, strict=True)]


def _with_two_sides(
    model: Model, request: Request, source: Positions, progress: Callable[[float], None] | None
) -> Capture:
    """A text and the target that the model writes of it; what it wrote may differ in length, so each is read alone."""
    request, notes = with_written_target(model, request, source, part_of(progress, 0.0, GENERATING))
    (found,) = _capture_texts(model, [request], part_of(progress, GENERATING, 1.0))
    return changed(found, notes=(*found.notes, *notes))


def as_batch(model: Model, requests: list[Request], sources: list[Positions]) -> tuple[dict[str, Tensor], list[Row]]:
    """Texts that were read, and their targets, as what the network takes."""
    tokenizer, network = tokenizer_of(model.processor), model.network
    target_language = requests[0].languages[1]
    batch = pad([source.ids for source in sources], tokenizer, network.device)
    types = [token_types(network, tokenizer, str(request.text), request.pair) for request in requests]
    if any(types):  # a text without a second one is all of the first kind
        filled = [of_text or [0] * len(source) for of_text, source in zip(types, sources, strict=True)]
        batch["token_type_ids"] = as_rows(filled, 0, network.device)
    targets = [request.target for request in requests]
    decoded: list[Positions] = []
    if targets[0] is not None:
        if not network.config.is_encoder_decoder:
            raise InputError(f"{model.name} has no separate decoder: leave the target out.")
        start = start_token(network)
        decoded = [
            _known(model, read_target(tokenizer, target, start, language=target_language), of_decoder=True)
            for target in targets
            if target is not None
        ]
        padded = pad([positions.ids for positions in decoded], tokenizer, network.device)
        batch |= {f"decoder_{key}": value for key, value in padded.items()}
    decoder_sides: list[Positions | None] = [*decoded] if decoded else [None] * len(requests)
    return batch, list(zip(sources, decoder_sides, targets, strict=True))


def _go_on(
    model: Model, prompts: list[Positions], new_tokens: int, progress: Callable[[float], None] | None
) -> list[Positions]:
    """One after the other: side by side, shorter texts would need padding in their middle."""
    gone_on = []
    for i, prompt in enumerate(prompts):
        tell = part_of(progress, i / len(prompts), (i + 1) / len(prompts))
        report = None if tell is None else lambda share, _words, tell=tell: tell(share)
        gone_on.append(continue_text(model, prompt, new_tokens, report))
    return gone_on


def as_requested(capture: Capture, request: Request, source: Positions) -> Capture:
    """The same, which knows what was read beside its text."""
    if request.pair is not None:
        return changed(capture, text=str(request.text), pair=request.pair, languages=request.languages)
    n_generated = sum(source.parts[segment] == GENERATED for segment in source.segments)
    chat = request.text if isinstance(request.text, Chat) else None
    return changed(capture, n_generated=n_generated, languages=request.languages, chat=chat)


def read_request(tokenizer: Any, request: Request) -> Positions:
    if isinstance(request.text, Chat):
        return read_chat(tokenizer, request.text)
    return read_text(tokenizer, request.text, request.pair, language=request.languages[0])


def _known(model: Model, positions: Positions, *, of_decoder: bool = False) -> Positions:
    """The same, if the network has a place and a row of its vocabulary for each of these tokens."""
    limit, n_ids = position_limit(model.network), n_known_ids(model.network, of_decoder)
    beyond = [(i, token) for i, token in zip(positions.ids, positions.tokens, strict=False) if i >= (n_ids or i + 1)]
    if beyond:
        raise InputError(
            f"The tokenizer beside the weights of {model.name} is another model's: {quoted(beyond[0][1])} is its token "
            f"{beyond[0][0]:,}, and the network knows {n_ids:,}, from 0 on. Put the model's own tokenizer there."
        )
    if limit is not None and len(positions) > limit:
        raise too_long_for(model.name, len(positions), limit, "" if positions.segments else positions.text)
    return positions
