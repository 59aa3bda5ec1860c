"""Model + tokens → the tokens it goes on with, each time the most likely one. The only file that generates."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers import GenerationConfig, GenerationMixin, StoppingCriteria

from mha_viz.errors import NO_HEAD, READS_BOTH_WAYS, TOO_MANY_MORE, CannotGoOnError, InputError
from mha_viz.inputs.limits import position_limit
from mha_viz.inputs.text import go_on, tokenizer_of
from mha_viz.language import N_, lazy_gettext
from mha_viz.objects import Model, Positions
from mha_viz.recording.cut import cut_out
from mha_viz.recording.failures import FAILURES, in_one_sentence
from mha_viz.recording.run import record
from mha_viz.recording.state import run_and_restore

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 200  # tokens in one go; below, what a model never writes: signs that nobody says, what fills up
SUPPRESSED = ("suppress_tokens", "begin_suppress_tokens", "bad_words_ids")


def continue_text(
    model: Model, prompt: Positions, new_tokens: int, progress: Callable[[float, str], None] | None = None
) -> Positions:
    """The tokens of a text and those that the model goes on with: each time the one with the highest logit.

    Parameters
    ----------
    model : Model
        A causal language model with its head.
    prompt : Positions
        From ``read_text``. A special token that the tokenizer ends every text with is left out: this text goes on.
    new_tokens : int
        At most so many; fewer where the model comes to its end token, which is not shown.
    progress : callable, optional
        Called after each new token with a share from 0 to 1 and a few words.

    Returns
    -------
    Positions
        Their ``segments`` are 0 where it was typed and 1 where it was generated; of a chat what is generated has the
        number after the last one. Those of the prompt if nothing was generated.

    Raises
    ------
    InputError
        If the model reads in both directions or has no head, or if that many tokens are more than it reads.
    UnreadableModelError
        If the network does not run on this text.
    """
    prompt = _without_end(prompt)
    _refuse_what_cannot_go_on(model, prompt, new_tokens)
    network = copy.copy(model.network)  # shares every weight, so that generation's own settings stay with the copy
    network.generation_config = _greedy(model.network, new_tokens)
    ids = torch.tensor([prompt.ids], device=model.network.device)
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    criteria = [] if progress is None else [_Report(progress, len(prompt), new_tokens)]
    try:
        whole = _generated(model.network, network, batch | {"stopping_criteria": criteria})
    except FAILURES as error:
        raise in_one_sentence(error, model, batch) from error
    new_ids = whole[0, len(prompt) :].tolist()
    if new_ids and new_ids[-1] in _as_list(network.generation_config.eos_token_id):
        new_ids.pop()
    return go_on(tokenizer_of(model.processor), prompt, new_ids) if new_ids else prompt


def continue_tensors(
    model: Model, inputs: dict[str, Tensor], new_tokens: int, progress: Callable[[float], None] | None = None
) -> list[int]:
    """The tokens that a network goes on with after tensors of one example, a picture and a text for example: the most
    likely one each time; what ends the text is left out.

    Raises
    ------
    InputError
        If it has no head that writes, or if that many tokens are more than it reads.
    UnreadableModelError
        If the network does not run on them.
    """
    _refuse_without_head(model, NO_HEAD)
    n = inputs["input_ids"].shape[1]
    _refuse_too_many(model, n, new_tokens)
    network = copy.copy(model.network)
    network.generation_config = _greedy(model.network, new_tokens)
    told = None if progress is None else lambda share, _words: progress(share)
    criteria = [] if told is None else [_Report(told, n, new_tokens)]
    try:
        whole = _generated(model.network, network, {**inputs, "stopping_criteria": criteria})
    except FAILURES as error:
        raise in_one_sentence(error, model, inputs) from error
    new: list[int] = whole[0, n:].tolist()
    return new[:-1] if new and new[-1] in _as_list(network.generation_config.eos_token_id) else new


def write_transcript(
    model: Model, batch: dict[str, Tensor], prompt: list[int], progress: Callable[[float], None] | None = None
) -> list[int]:
    """What a network for speech writes of a sound after ``prompt``, with it: the most likely token each time.

    ``batch`` is what its processor made of the sound. What ends the transcript is left out.

    Raises
    ------
    InputError
        If it has no head that writes.
    UnreadableModelError
        If the network does not run on this sound.
    """
    _refuse_without_head(model, N_("{model} cannot write what it hears: its files hold no language-model head."))
    # Whisper's own way to generate cuts sounds into pieces and drops the prompt
    return _written(model, batch, prompt, MOST, progress, GenerationMixin.generate)[0]


def write_target(
    model: Model, batch: dict[str, Tensor], prompt: list[int], new_tokens: int,
    progress: Callable[[float], None] | None = None,
) -> tuple[list[int], bool]:  # fmt: skip
    """What an encoder-decoder writes of a text after ``prompt``, without it: the most likely token each time; and
    whether it came to its end.

    ``batch`` is the text as its encoder reads it. What ends the target is left out.

    Raises
    ------
    InputError
        If it has no head that writes.
    UnreadableModelError
        If the network does not run on this text.
    """
    _refuse_without_head(model, N_("{model} cannot write a target: its files hold no language-model head."))
    whole, ended = _written(model, batch, prompt, new_tokens, progress)
    return whole[len(prompt) :], ended


def can_write(model: Model) -> bool:
    """Whether a network has a head that tells the next token."""
    return bool(model.network.can_generate()) and model.network.get_output_embeddings() is not None


def _written(
    model: Model, batch: dict[str, Tensor], prompt: list[int], new_tokens: int,
    progress: Callable[[float], None] | None, generate: Callable[..., Any] | None = None,
) -> tuple[list[int], bool]:  # fmt: skip
    """What a decoder has read and written, as far as it has positions, and whether that ended; the end is left out."""
    network = copy.copy(model.network)
    limit = position_limit(model.network) or getattr(model.network.config, "max_target_positions", None)
    most = min(new_tokens, MOST, MOST if limit is None else int(limit) - len(prompt))
    network.generation_config = config = _greedy(model.network, most)
    config.decoder_start_token_id = prompt[0]
    for name in SUPPRESSED:
        setattr(config, name, getattr(model.network.generation_config, name, None))
    criteria = [] if progress is None else [_Report(lambda share, _words: progress(share), len(prompt), most)]
    ids = torch.tensor([prompt], device=model.network.device)
    try:
        inputs = {**batch, "decoder_input_ids": ids, "stopping_criteria": criteria}
        whole = _generated(model.network, network, inputs, generate)[0].tolist()
    except FAILURES as error:
        raise in_one_sentence(error, model, batch) from error
    ended = len(whole) > len(prompt) and whole[-1] in _as_list(config.eos_token_id)
    return (whole[:-1] if ended else whole), ended


def _generated(
    original: Any, network: Any, inputs: dict[str, Any], generate: Callable[..., Any] | None = None
) -> Tensor:
    """The tokens of a text and the new ones, (1, position); the network is then as it was before."""
    whole: list[Tensor] = []

    def run() -> None:
        with torch.inference_mode():
            whole.append(network.generate(**inputs) if generate is None else generate(network, **inputs))

    run_and_restore(original, run)
    return whole[-1]


class _Report(StoppingCriteria):
    """Never stops; transformers asks it after each new token."""

    def __init__(self, progress: Callable[[float, str], None], n_prompt: int, n_new: int) -> None:
        self.progress, self.n_prompt, self.n_new = progress, n_prompt, n_new

    def __call__(self, input_ids: Tensor, scores: Any, **_: Any) -> Tensor:  # noqa: ARG002
        n = input_ids.shape[1] - self.n_prompt
        self.progress(n / self.n_new, f"{n} of {self.n_new} tokens")
        return torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)


def _without_end(prompt: Positions) -> Positions:
    if len(prompt) < 2 or not prompt.is_special[-1] or prompt.spans[-1] is not None:
        return prompt
    names = ("ids", "labels", "is_special", "spans", "tokens", "reads", "segments")
    return replace(prompt, **{name: getattr(prompt, name)[:-1] for name in names})


def _greedy(network: Any, new_tokens: int) -> GenerationConfig:
    """The most likely token each time: of the file's own settings only those that say where a text ends."""
    own = getattr(network, "generation_config", None)
    config = network.config.get_text_config()
    special = {
        name: getattr(own, name, None) if getattr(own, name, None) is not None else getattr(config, name, None)
        for name in ("bos_token_id", "eos_token_id", "pad_token_id")
    }
    return GenerationConfig(do_sample=False, num_beams=1, max_new_tokens=new_tokens, use_cache=True, **special)


def _as_list(eos: int | list[int] | None) -> list[int]:
    return [] if eos is None else [eos] if isinstance(eos, int) else list(eos)


def _refuse_what_cannot_go_on(model: Model, prompt: Positions, new_tokens: int) -> None:
    if not _is_causal(model, prompt):
        raise CannotGoOnError(lazy_gettext(READS_BOTH_WAYS, model=model.name))
    _refuse_without_head(model, NO_HEAD)
    _refuse_too_many(model, len(prompt), new_tokens)


def _refuse_too_many(model: Model, n_prompt: int, new_tokens: int) -> None:
    limit, n = position_limit(model.network), n_prompt + new_tokens
    if limit is not None and n > limit:
        values = {"n": n_prompt, "more": new_tokens, "all": n, "most": limit}
        raise InputError(lazy_gettext(TOO_MANY_MORE, model=model.name, **values))


def _refuse_without_head(model: Model, message: str) -> None:
    if not can_write(model):
        raise CannotGoOnError(lazy_gettext(message, model=model.name))


def _is_causal(model: Model, prompt: Positions) -> bool:
    """Whether a query never looks ahead, seen on a text of two tokens."""
    if model.network.config.is_encoder_decoder:
        return False
    two = Positions(prompt.ids[:1] * 2, ("", ""), (False, False), (None, None))
    ids = torch.tensor([two.ids], device=model.network.device)
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    recorder = record(model, batch, encoder_only=False)
    return cut_out(model, recorder, 0, two, None, None).kinds == ("decoder",)
