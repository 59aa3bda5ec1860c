"""Texts that are asked for in the same moment are read as one batch, and each as if it were alone."""

import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.requests import Request
from mha_viz.ui.shared import captures
from mha_viz.ui.shared.captures import AT_ONCE, _short_reading
from mha_viz.ui.shared.queue import Queue
from tests.support.networks.families import TEXT, TEXTS, make, tokenizer

SOON = 60  # seconds that no test should need


@pytest.fixture(scope="module")
def model():
    return model_from(make(*TEXT["bert"]), tokenizer(), name="bert")


@pytest.fixture
def batches(monkeypatch):
    """The texts of each batch that was read."""
    read = []

    def noted(model, texts, **settings):
        read.append(texts)
        return capture(model, texts, **settings)

    monkeypatch.setattr(captures, "capture", noted)
    return read


@pytest.fixture
def queue(monkeypatch):
    """The only queue in which texts are read, with one thread; nothing was read before."""
    with ThreadPoolExecutor(1) as threads:
        queue = Queue(1, threads.submit)
        monkeypatch.setattr(captures, "workers", lambda: queue)
        _short_reading.clear()
        yield queue
        _short_reading.clear()


@pytest.fixture
def go(queue):
    """The thread is busy until this is set."""
    begun, go = threading.Event(), threading.Event()
    queue.join(lambda _job: begun.set() or go.wait(SOON))
    assert begun.wait(SOON)
    yield go
    go.set()


def asked(model, text):
    return _short_reading(model, Request(text))


def test_what_waits_is_one_batch_and_each_text_has_the_capture_that_it_has_alone(go, model, batches):
    jobs = [asked(model, text) for text in TEXTS]
    go.set()
    together = [job.future.result(SOON) for job in jobs]
    assert batches == [list(TEXTS)]
    for text, one in zip(TEXTS, together, strict=True):
        alone = capture(model, text)
        assert (one.text, one.kinds, one.model_name) == (text, alone.kinds, alone.model_name)
        assert one.query_positions == alone.query_positions
        for layer in range(len(alone.calls)):
            assert torch.allclose(pattern(one, layer), pattern(alone, layer), atol=1e-6)


def test_a_free_thread_reads_at_once(queue, model, batches):
    for text in TEXTS:
        asked(model, text).future.result(SOON)
    assert batches == [[text] for text in TEXTS]


def test_equal_requests_share_one_reading(go, model, batches):
    first, other, again = (asked(model, text) for text in (TEXTS[0], TEXTS[1], TEXTS[0]))
    go.set()
    assert first is again
    assert other.future.result(SOON).text == TEXTS[1]
    assert batches == [[TEXTS[0], TEXTS[1]]]


def test_a_batch_is_of_one_model_and_no_longer_than_it_may_be(go, model, batches):
    other = model_from(make(*TEXT["bert"]), tokenizer(), name="other")
    pairs = [(other if i in (1, 4) else model, f"the cat {'sat ' * i}") for i in range(AT_ONCE + 5)]
    jobs = [asked(*pair) for pair in pairs]
    go.set()
    for (whose, text), job in zip(pairs, jobs, strict=True):
        of_text = job.future.result(SOON)
        assert (of_text.model_name, of_text.text) == (whose.name, text)
    assert [len(texts) for texts in batches] == [AT_ONCE, 2, 3]


def test_one_that_cannot_be_read_is_no_trouble_to_the_others(go, model, batches):
    first, empty, last = (asked(model, text) for text in ("the cat", " ", "a mat"))
    go.set()
    assert (first.future.result(SOON).text, last.future.result(SOON).text) == ("the cat", "a mat")
    with pytest.raises(InputError):
        empty.future.result(SOON)
    assert batches == [["the cat", " ", "a mat"], ["the cat"], [" "], ["a mat"]]


def test_what_nobody_waits_for_any_more_is_not_read(go, model, batches):
    first, second = (asked(model, text) for text in TEXTS[:2])
    with first.waited_for():
        pass
    go.set()
    assert second.future.result(SOON).text == TEXTS[1]
    with pytest.raises(CancelledError):
        first.future.result(SOON)
    assert batches == [[TEXTS[1]]]


def test_a_line_in_which_all_have_gone_is_no_work(go, model, batches):
    with asked(model, TEXTS[0]).waited_for():
        pass
    go.set()
    assert asked(model, TEXTS[1]).future.result(SOON).text == TEXTS[1]
    assert batches == [[TEXTS[1]]]


def test_all_who_wait_see_how_far_it_is(go, model, monkeypatch):
    seen = []
    jobs = [asked(model, text) for text in TEXTS[:2]]

    def noted(model, texts, progress, **settings):
        def tell(share):
            progress(share)
            seen.append([job.progress.share for job in jobs])

        return capture(model, texts, progress=tell, **settings)

    monkeypatch.setattr(captures, "capture", noted)
    go.set()
    for job in jobs:
        job.future.result(SOON)
    assert all(first == second for first, second in seen)
    assert [first for first, _ in seen] == sorted({first for first, _ in seen})
    assert seen[-1] == [1.0, 1.0]
    assert jobs[0].progress.what == "bert reads the text"
