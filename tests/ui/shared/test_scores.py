"""Texts whose scores, or whose words, are asked for in the same moment: done in one go, each as if it were alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pandas as pd
import pytest

from mha_viz.errors import InputError
from mha_viz.evidence.given import with_given
from mha_viz.evidence.one_text import score_table
from mha_viz.models.load import model_from, random_twin
from mha_viz.recording.capture import capture
from mha_viz.scores.tallies import similarity_of
from mha_viz.ui.shared import scores
from mha_viz.ui.shared.captures import is_read_at_once
from mha_viz.ui.shared.queue import Queue
from tests.support.networks.families import ENCODER_DECODERS, TEXT, make, tokenizer
from tests.support.texts.parser import SENTENCE, parse

SOON = 60  # seconds that no test should need
TEXTS = (SENTENCE, "a cat", "on the mat the cat sat on a mat")


@pytest.fixture(scope="module")
def model():
    return model_from(make(*TEXT["bert"]), tokenizer(), name="bert")


@pytest.fixture(scope="module")
def twin(model):
    return random_twin(model)


@pytest.fixture
def go(monkeypatch):
    """The only thread is busy until this is set; nothing was asked before."""
    begun, go = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as threads:
        queue = Queue(1, threads.submit)
        for name in ("workers", "loader"):
            monkeypatch.setattr(scores, name, lambda: queue)
        for cached in (scores._scoring, scores._parsing):
            cached.clear()
        queue.join(lambda _job: begun.set() or go.wait(SOON))
        assert begun.wait(SOON)
        yield go
        go.set()
        for cached in (scores._scoring, scores._parsing):
            cached.clear()


@pytest.fixture
def together(monkeypatch):
    """The texts that random weights read in one go."""
    seen = []

    def noted(model, texts, **settings):
        seen.append(texts)
        return capture(model, texts, **settings)

    monkeypatch.setattr(scores, "capture", noted)
    return seen


def test_random_weights_read_a_class_in_one_go_and_each_text_has_the_scores_that_it_has_alone(
    go, model, twin, together
):
    captures = [capture(model, text) for text in TEXTS]
    jobs = [scores._scoring(of, parse(of.text), "encoder", model, twin) for of in captures]
    go.set()
    for of, job in zip(captures, jobs, strict=True):
        alone = score_table(
            of, parse(of.text), kind="encoder", control=capture(twin, of.text),
            similarity=similarity_of(model, of, parse(of.text)),
        )  # fmt: skip
        alone = with_given(alone, of, parse(of.text), kind="encoder")
        pd.testing.assert_frame_equal(job.future.result(SOON), alone, rtol=1e-5, atol=1e-6)
    assert together == [list(TEXTS)]


def test_one_without_scores_is_no_trouble_to_the_others(go, model, twin, together):
    of = capture(model, TEXTS[0])
    wrong, right = (scores._scoring(of, annotated, "encoder", model, twin) for annotated in (parse("fish"), parse()))
    go.set()
    assert len(right.future.result(SOON))
    with pytest.raises(InputError):
        wrong.future.result(SOON)
    assert together == [[TEXTS[0]] * 2, [TEXTS[0]], [TEXTS[0]]]


def test_only_short_texts_that_are_read_alone_go_together(model, monkeypatch):
    assert is_read_at_once(capture(model, "a cat"))
    assert not is_read_at_once(capture(model, "a cat", pair="the mat"))
    monkeypatch.setattr("mha_viz.ui.shared.captures.SHORT", 7)  # tokens, with the two at the ends
    assert is_read_at_once(capture(model, "cat " * 5))
    assert not is_read_at_once(capture(model, "cat " * 6))
    translator = model_from(make(*ENCODER_DECODERS["t5"]), tokenizer(ends=False), name="t5")
    assert not is_read_at_once(capture(translator, "a cat", target="the mat"))
    assert not is_read_at_once(replace(capture(model, "a cat"), n_generated=1))


@pytest.fixture
def parsed(monkeypatch):
    """The texts that were parsed in one go, or alone."""
    seen = []

    def noted(texts, **_how):
        seen.append(list(texts))
        if "refused" in texts:
            raise InputError("This text cannot be parsed.")
        return [parse(text) for text in texts]

    monkeypatch.setattr(scores, "parse_together", noted)
    monkeypatch.setattr(scores, "parse", lambda text, **_how: noted([text])[0])
    return seen


def test_short_texts_are_parsed_in_one_go_and_long_ones_alone(go, parsed):
    long = "cat " * (scores.SHORT_TEXT // 4) + "sat"
    jobs = {text: scores._parsing(text, ()) for text in (*TEXTS, long)}
    go.set()
    assert {text: job.future.result(SOON).text for text, job in jobs.items()} == {text: text for text in jobs}
    assert parsed == [list(TEXTS), [long]]


def test_one_that_cannot_be_parsed_is_no_trouble_to_the_others(go, parsed):
    jobs = [scores._parsing(text, ()) for text in ("a cat", "refused", "a mat")]
    go.set()
    first, refused, last = (job.future.result(SOON) for job in jobs)
    assert (first.text, last.text) == ("a cat", "a mat")
    assert isinstance(refused, InputError)
    assert parsed == [["a cat", "refused", "a mat"], ["a cat"], ["refused"], ["a mat"]]
