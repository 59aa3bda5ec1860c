"""Model + sound → Capture: what its processor makes of the sound is run, and its frames are told in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from mha_viz.arguments import changed
from mha_viz.errors import InputError
from mha_viz.inputs.media.sound import at_rate, frames
from mha_viz.inputs.text import go_on, tokenizer_of
from mha_viz.inputs.tokens import raw_tokens
from mha_viz.language import N_, lazy_gettext
from mha_viz.media import Sound
from mha_viz.objects import Capture, Model, Positions
from mha_viz.progress import part_of
from mha_viz.recording.generate import write_transcript
from mha_viz.recording.media.transcript import transcript_prompt
from mha_viz.recording.together import read_together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WRITING = 0.8  # of the time of a capture for which the model first writes a transcript
WRITTEN = N_("The transcript was written by the model itself, the most likely token each time.")
DEAF = N_(
    "{model} does not hear: beside its weights there is no processor for sound. Choose a model that reads sound "
    "(whisper), or give it what it reads."
)
OTHER_NUMBERS = N_("The processor of {model} makes {names} of a sound, and it reads {name}.")
NO_SECONDS = N_("{model} does not say how long a frame of its lasts, so that its axis has no seconds.")


def capture_sound(
    model: Model, sound: Sound, target: str | None = None, language: str | None = None,
    progress: Callable[[float], None] | None = None,
) -> Capture:  # fmt: skip
    """What a network computes of a sound and, where it has a decoder, of a transcript.

    ``target`` is what was said; without it the model writes that itself.

    Raises
    ------
    InputError
        If the model hears nothing, cannot write, or does not know the language.
    UnreadableModelError
        If its attention cannot be read.
    """
    heard = at_rate(sound, int(ear_of(model).sampling_rate))
    batch, decoded = numbers_of(model, heard), None
    if model.network.config.is_encoder_decoder:
        decoded = _transcript(model, batch, target, language, part_of(progress, 0.0, WRITING))
        progress = part_of(progress, WRITING, 1.0)
    elif target is not None or language is not None:
        raise InputError(f"{model.name} has no decoder that would read a transcript: leave target and language out.")
    text = None if decoded is None else decoded.text.strip()
    if decoded is not None:
        batch["decoder_input_ids"] = torch.tensor([decoded.ids], device=model.network.device)
    (found,) = read_together(model, batch, [(None, None, text)], encoder_only=False, progress=progress)
    notes = (*heard.notes, *([lazy_gettext(WRITTEN)] if decoded is not None and target is None else []))
    found = _in_seconds(model, found, heard, decoded)
    return changed(found, notes=(*found.notes, *notes), sound=heard)


def _transcript(
    model: Model, batch: dict[str, Tensor], target: str | None, language: str | None,
    progress: Callable[[float], None] | None,
) -> Positions:  # fmt: skip
    """What the decoder reads: what tells it the task, then the tokens of what was said."""
    tokenizer = tokenizer_of(model.processor)
    prompt = transcript_prompt(model, batch, language)
    if target is None:
        new = write_transcript(model, batch, prompt, progress)[len(prompt) :]
    elif not target.strip():
        raise InputError("The transcript is empty: leave target out and the model writes it.")
    else:
        new = tokenizer(f" {target.strip()}", add_special_tokens=False)["input_ids"]
    n = len(prompt)
    begin = Positions(
        tuple(prompt), ("",) * n, (True,) * n, (None,) * n, tokens=tuple(raw_tokens(tokenizer, prompt)), reads=("",) * n
    )
    return changed(go_on(tokenizer, begin, new), segments=(), parts=())


def hears(model: Model) -> bool:
    """Whether it has a processor for sound."""
    ear = getattr(model.processor, "feature_extractor", model.processor)
    return isinstance(getattr(ear, "sampling_rate", None), int)


def ear_of(model: Model) -> Any:
    """What turns sound into a model's numbers: the part of its processor that knows a sampling rate.

    Raises
    ------
    InputError
        If it has none.
    """
    if not hears(model):
        raise InputError(lazy_gettext(DEAF, model=model.name))
    return getattr(model.processor, "feature_extractor", model.processor)


def numbers_of(model: Model, sound: Sound) -> dict[str, Tensor]:
    """What a network takes of a sound that has its rate already."""
    given = ear_of(model)(sound.samples, sampling_rate=sound.rate, return_tensors="pt")
    device, dtype = model.network.device, model.network.dtype
    name = model.network.main_input_name
    if name not in given:
        raise InputError(lazy_gettext(OTHER_NUMBERS, model=model.name, names=", ".join(given), name=name))
    return {name: given[name].to(device, dtype)}


def _in_seconds(model: Model, found: Capture, sound: Sound, decoded: Positions | None) -> Capture:
    """The same capture, whose axes say when a frame was heard and which token was read."""
    heard: dict[int, Positions] = {}

    def axis(positions: Positions, of_decoder: bool) -> Positions:
        if of_decoder and decoded is not None:
            return decoded
        n = len(positions)
        if n not in heard:
            heard[n] = frames(n, step_of(model, n), sound.seconds, sound.notes)
        return heard[n]

    queries = {kind: axis(each, kind != "encoder") for kind, each in found.query_positions.items()}
    keys = {kind: axis(each, kind == "decoder") for kind, each in found.key_positions.items()}
    return changed(found, query_positions=queries, key_positions=keys)


def step_of(model: Model, n_frames: int) -> float:
    """How many seconds of sound a frame stands for: as the network strides over samples, or shares what was filled
    up to one length between its frames.
    """
    ear = ear_of(model)
    stride = getattr(model.network.config, "inputs_to_logits_ratio", None)
    if isinstance(stride, int):
        return stride / int(ear.sampling_rate)
    filled = getattr(ear, "nb_max_frames", None)
    if not isinstance(filled, int):
        raise InputError(lazy_gettext(NO_SECONDS, model=model.name))
    return filled * int(ear.hop_length) / int(ear.sampling_rate) / n_frames


def said_in_sound(target: str | Sequence[str] | None, *others: Any) -> str | None:
    """The transcript of a sound; what belongs to texts alone is refused."""
    if any(others):
        raise InputError("A sound has a transcript (target, target_language) and nothing else: leave the rest out.")
    if not isinstance(target, str | None):
        raise InputError("A sound has one transcript: give one text as target, or none.")
    return target
