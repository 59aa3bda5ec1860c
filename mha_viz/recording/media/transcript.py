"""What a decoder of speech reads before it writes a transcript: language and task, as its file says."""

from __future__ import annotations

import torch
from torch import Tensor

from mha_viz.errors import InputError
from mha_viz.objects import Model


def transcript_prompt(model: Model, batch: dict[str, Tensor], language: str | None = None) -> list[int]:
    """What a decoder of speech reads before a transcript: its start, and what its file says of languages and tasks.

    Where the model knows several languages and none is told, it is the one that the model hears.

    Raises
    ------
    InputError
        If the model does not know this language.
    """
    own, network = model.network.generation_config, model.network
    languages = dict(getattr(own, "lang_to_id", None) or {})
    if language is not None and f"<|{language}|>" not in languages:
        known = ", ".join(name.strip("<|>") for name in languages) or "no language but the one that it was trained on"
        raise InputError(f"{model.name} is not told the language {language!r}: it knows {known}.")
    start = [i for i in (own.decoder_start_token_id, network.config.decoder_start_token_id) if i is not None][:1]
    if languages:
        heard = languages[f"<|{language}|>"] if language else _language_heard(model, batch, start, languages)
        start += [heard, *filter(None, [dict(getattr(own, "task_to_id", None) or {}).get("transcribe")])]
    return [*start, *filter(None, [getattr(own, "no_timestamps_token_id", None)])]


def _language_heard(model: Model, batch: dict[str, Tensor], start: list[int], languages: dict[str, int]) -> int:
    """The most likely of the tokens of languages."""
    with torch.inference_mode():
        ids = torch.tensor([start], device=model.network.device)
        logits = model.network(**batch, decoder_input_ids=ids).logits[0, -1]
    tokens = list(languages.values())
    return tokens[int(logits[tokens].argmax())]
