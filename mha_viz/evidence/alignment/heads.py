"""Which cross-attention heads of a model follow the words, as a table: of speech by time, of translations by links."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from mha_viz.annotation.files.aligned import aligned_examples, read_aligned
from mha_viz.errors import InputError
from mha_viz.evidence.alignment.speech import Alignment, speech_heads
from mha_viz.evidence.alignment.translation import Translated, example_languages, prompt_of, translation_heads
from mha_viz.inputs.media.timings import read_spoken, spoken_examples
from mha_viz.objects import Languages, Model
from mha_viz.progress import Report
from mha_viz.recording.media.sounds import hears


def alignment_heads(
    model: Model, *, sounds: Sequence[str | Path] = (), timings: Sequence[str | Path] = (),
    pairs: str | Path | None = None, gold: str | Path | None = None, prompt: str | None = None,
    source_language: str | None = None, target_language: str | None = None, progress: Report | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Which cross-attention heads follow the words, of what a model hears or translates: a row a head, the best first.

    Parameters
    ----------
    model : Model
        One that writes what it hears, or an encoder-decoder of text.
    sounds, timings : sequence of paths
        Sound files, and when each word is said, one file a sound (``read_timings``). Without sounds, eight sentences
        that come with the project. Without timings the model writes the words, and errors are not known.
    pairs, gold : path
        Sentences with their translation, and the links of their words in Pharaoh format (``read_aligned``). Without
        both, 24 English sentences with German ones.
    prompt : str, optional
        What stands before each source text, where a model is told by it what to do; of our examples T5's own.
    source_language, target_language : str, optional
        As for ``capture``.
    progress : callable, optional

    Returns
    -------
    DataFrame
        Of speech ``layer, head, monotonicity, error, low, high, error_read, low_read, high_read, listed``: errors in
        milliseconds, ``listed`` whether the model's own list has the head. Of translations ``layer, head, error_rate,
        low, high, error_rate_read, low_read, high_read``: alignment error rates, 0 to 1. Intervals are of 95 %, over
        sounds or pairs; ``_read`` is the row in which a word has been read, the others that in which it is written.
        ``attrs`` says what heads are held against: random weights, the diagonal, the head that was chosen on one half.

    Raises
    ------
    InputError
        If the model has no cross-attention, a file cannot be read, or something is given that is of the other kind.
    """
    sounds, timings = tuple(sounds), tuple(timings)
    if hears(model):
        _refuse_given(model, "hears: give sounds and timings", pairs, gold, prompt, source_language, target_language)
        found = of_speech(model, sounds, timings, progress)
        return _with_facts(found.table, found.facts)
    _refuse_given(model, "does not hear: give pairs and gold", *sounds, *timings)
    languages = (source_language, target_language)
    linked = of_translations(model, pairs, gold, prompt, languages, progress)
    return _with_facts(linked.table, linked.facts)


def of_speech(
    model: Model, sounds: Sequence[str | Path], timings: Sequence[str | Path], progress: Report | None = None
) -> Alignment:
    """``alignment_heads`` of what a model hears, with all that is said of it."""
    if timings and not sounds:
        raise InputError("Timings belong to sounds: give sounds as well.")
    return speech_heads(model, read_spoken(sounds, timings) if sounds else spoken_examples(), progress)


def of_translations(
    model: Model, pairs: str | Path | None, gold: str | Path | None, prompt: str | None, languages: Languages,
    progress: Report | None = None,
) -> Translated:  # fmt: skip
    """``alignment_heads`` of what a model translates, with all that is said of it."""
    if (pairs is None) != (gold is None):
        raise InputError("Pairs of sentences and the gold links of their words belong together: give both, or neither.")
    if pairs is None or gold is None:
        prompt = prompt_of(model) if prompt is None else prompt
        languages = (languages[0] or example_languages(model)[0], languages[1] or example_languages(model)[1])
        return translation_heads(model, aligned_examples(), prompt=prompt, languages=languages, progress=progress)
    aligned = read_aligned(pairs, gold)
    return translation_heads(model, aligned, prompt=prompt or "", languages=languages, progress=progress)


def _refuse_given(model: Model, what: str, *given: object) -> None:
    if any(each is not None for each in given):
        raise InputError(f"{model.name} {what}, and nothing else.")


def _with_facts(table: pd.DataFrame, facts: dict[str, object]) -> pd.DataFrame:
    table.attrs.update(facts)
    return table
