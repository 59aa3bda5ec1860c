"""What sessions share of texts: recent captures, their overviews, the vectors that go into an attention."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial

import streamlit as st
import torch

from mha_viz.attention import overview, proposals
from mha_viz.attention.awaited import AwaitedCall, Question
from mha_viz.attention.maps import call_at
from mha_viz.attention.overview import Overview, overview_of, thumbnail_cells
from mha_viz.attention.proposals import first_head
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import Shown, choose
from mha_viz.attention.tables import MOST_KEPT
from mha_viz.errors import MhaVizError, TooLongError
from mha_viz.inputs.chat import for_another, n_characters, read_chat, with_last
from mha_viz.inputs.languages import same_languages
from mha_viz.inputs.limits import position_limit
from mha_viz.inputs.text import count_tokens, tokenizer_of
from mha_viz.language import N_, lazy_gettext
from mha_viz.media import Chat
from mha_viz.objects import Capture, Head, Languages, Model
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.recording.generate import MOST, can_write
from mha_viz.recording.looking.on_demand import capture_on_demand, needs_demand
from mha_viz.recording.requests import Request
from mha_viz.recording.watching.entering import token_vectors
from mha_viz.recording.written import is_written
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shared.job import Job
from mha_viz.ui.shared.keys import KEYS
from mha_viz.ui.shared.models import longer_model
from mha_viz.ui.shared.queue import Batch
from mha_viz.ui.shared.waiting import put_in_batch, put_in_line, result_of, wait_for, workers
from mha_viz.views.style.theme import PAGE_TOKENS

SHORT = 64  # tokens; of such texts three for each student of a class are kept
AT_ONCE = 16  # texts a batch; a longer one costs no less a text
LONG = 512  # tokens; captures of longer texts are large, and only the last one is kept


def get_token_vectors(model: Model, capture: Capture, layer: int, kind: str) -> tuple[torch.Tensor, torch.Tensor]:
    """The vectors that go into one attention (``token_vectors``), from the cache where somebody has just looked."""
    return result_of(_entering, capture, layer, kind, model)


UNLIMITED = N_(
    "This text has {n} tokens; the pages show at most {most}. The terminal and Python read any length with {model}."
)
LIMITED = N_(
    "This text has {n} tokens; the pages show at most {most}. The terminal and Python read up to {limit} with {model}."
)
LONGER = N_(
    "This text has {n} tokens; {model} reads at most {most}. Choose {other}, which reads up to {longer}, or shorten "
    "the text."
)


def get_capture(
    model: Model, text: str | Chat, target: str | None = None, pair: str | None = None, new_tokens: int = 0,
    languages: Languages = (None, None),
) -> Capture:  # fmt: skip
    """The capture of one text, from the cache where somebody has just looked at it."""
    n = max((_n_tokens(model, part) for part in (text, target, pair) if part), default=0)
    cached = _short_reading if n + new_tokens <= SHORT else _reading if n <= LONG else _long_reading
    return result_of(cached, model, Request(text, target, pair, new_tokens, languages))


def is_read_at_once(capture: Capture) -> bool:
    """Whether it is of a short text and nothing else, which may be read together with those of others."""
    alone = Request(capture.text, capture.target, capture.pair, capture.n_generated, capture.languages)
    n = max(map(len, capture.query_positions.values()))
    return capture.chat is None and alone == Request(capture.text) and n <= SHORT


def get_same_reading(model: Model, of: Capture, text: str | None = None) -> Capture:
    """What another capture read, or another text, with what was read beside it as far as this model takes that.

    In place of the last message of a chat (``for_another``).
    """
    target = of.target if model.network.config.is_encoder_decoder else None
    languages = same_languages(tokenizer_of(model.processor), of.languages)
    again: str | Chat = for_another(tokenizer_of(model.processor), of) if text is None else text
    if text is not None and of.chat is not None:
        again = with_last(of.chat, text)
    if text is not None and target is not None and is_written(of) and can_write(model):
        return get_capture(model, again, None, of.pair, MOST, languages)  # another text, of which it writes another
    return get_capture(model, again, target, of.pair, languages=languages)


def fetch_layer(capture: Capture, kind: str, layer: int) -> None:
    """Wait, with a bar, until the numbers of a layer are here, where its text is read anew for them."""
    call = call_at(capture, layer, kind)
    if isinstance(call, AwaitedCall) and not call.is_here:
        what = lazy_gettext("following the text to layer {layer}", layer=layer)
        wait_for(put_in_line(workers(), what, lambda progress: call.whole(progress)))


def get_overview(shown: Shown) -> Overview:
    """All maps at once, from the cache where somebody has just looked at them."""
    return result_of(_seeing, shown)


def get_first_head(capture: Capture, kind: str) -> Head | None:
    """The head worth looking at first (``first_head``). Of a text with many numbers it is found in a thread that lasts:
    each run of a page is a new one, in which torch starts up anew.
    """
    n = sum(call.n_heads * call.n_query * call.n_key for call in capture.calls_of(kind))
    return first_head(capture, kind) if n <= MOST_KEPT else result_of(_proposing, capture, kind)


@st.cache_resource(max_entries=96, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _proposing(capture: Capture, kind: str) -> Job[Head | None]:
    return put_in_line(workers(), lazy_gettext("looking at every head"), lambda _progress: first_head(capture, kind))


@st.cache_resource(max_entries=96, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _short_reading(model: Model, request: Request) -> Job[Capture]:
    if isinstance(request.text, Chat) or request != Request(request.text):
        return _read_alone(model, request)
    return put_in_batch(workers(), _what(model), Batch(_read_at_once, model, AT_ONCE), request.text)


def _read_at_once(model: Model, texts: list[str], progress: Progress) -> list[Capture]:
    """A class that types at once waits less. The padding is cut away, so a text has the capture that it has alone, to
    rounding.
    """
    return capture(model, texts, batch_size=len(texts), progress=progress)


@st.cache_resource(max_entries=12, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _reading(model: Model, request: Request) -> Job[Capture]:
    return _read_alone(model, request)


@st.cache_resource(max_entries=1, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _long_reading(model: Model, request: Request) -> Job[Capture]:
    return _read_alone(model, request)


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _seeing(shown: Shown) -> Job[Overview]:
    # A class keeps all cores busy without it; and each thread holds a block of its own, for which a long text leaves
    # no memory.
    n_threads = 1 if class_mode() or len(shown.key) > LONG else os.cpu_count() or 1
    look = lambda progress: overview_of(shown, thumbnail_cells(len(shown.maps)), progress, n_threads=n_threads)  # noqa: E731
    return put_in_line(workers(), lazy_gettext("looking at every head"), look)


def _read_alone(model: Model, request: Request) -> Job[Capture]:
    def read(progress: Progress) -> Capture:
        if needs_demand(model, request):
            return capture_on_demand(model, request, progress, partial(_opening, model))
        source, target = request.languages
        return capture(
            model, request.text, target=request.target, pair=request.pair, new_tokens=request.new_tokens,
            source_language=source, target_language=target, progress=progress,
        )  # fmt: skip

    return put_in_line(workers(), _what(model), read)


def _opening(model: Model, first: Capture, kind: str) -> list[Question]:
    """What a page asks of every layer when it opens: for the map of all heads and the head that is proposed."""
    questions: list[Question] = []
    with suppress(MhaVizError):  # the page says it
        shown, config = choose(first, Selection(kind)), model.network.config.get_text_config()
        n_maps = getattr(config, "num_hidden_layers", 1) * len(shown.maps)
        questions.append(overview.asked_of_each(shown, thumbnail_cells(n_maps)))
        if question := proposals.asked_of_each(first, kind):
            questions.append(question)
    return questions


def _what(model: Model) -> str:
    return lazy_gettext("{model} reads the text", model=model.short_name)


@st.cache_resource(max_entries=32, ttl=3600, show_spinner=False, hash_funcs=KEYS)
def _entering(capture: Capture, layer: int, kind: str, _model: Model) -> Job[tuple[torch.Tensor, torch.Tensor]]:
    what = lazy_gettext("following the text to layer {layer}", layer=layer)
    return put_in_line(workers(), what, lambda _progress: token_vectors(_model, capture, layer, kind=kind))


def _n_tokens(model: Model, text: str | Chat) -> int:
    """Tokens of a text; a sentence where the pages cannot take as many."""
    tokenizer, mode, alone = tokenizer_of(model.processor), class_mode(), "" if isinstance(text, Chat) else text
    if mode is not None:
        mode.refuse_long_text(n_characters(text) if isinstance(text, Chat) else len(text), "characters", alone)
    if not callable(getattr(tokenizer, "convert_ids_to_tokens", None)) or not (isinstance(text, Chat) or text.strip()):
        return 0  # capture says what is wrong
    n = len(read_chat(tokenizer, text)) if isinstance(text, Chat) else count_tokens(tokenizer, text)
    limit = position_limit(model.network)
    if mode is not None:
        mode.refuse_long_text(n, text=alone)
    if PAGE_TOKENS < n <= (limit or n):
        raise TooLongError(
            lazy_gettext(LIMITED if limit else UNLIMITED, n=n, most=PAGE_TOKENS, limit=limit, model=model.short_name),
            n, PAGE_TOKENS, alone,
        )  # fmt: skip
    longer = longer_model(model.name, n)
    if limit is not None and limit < n <= PAGE_TOKENS and longer:
        raise TooLongError(
            lazy_gettext(LONGER, n=n, model=model.short_name, most=limit, other=longer.name, longer=longer.window),
            n, limit, alone, is_of_model=True,
        )  # fmt: skip
    return n
