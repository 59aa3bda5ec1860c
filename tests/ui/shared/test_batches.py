"""Texts that are asked for in the same moment are read as one batch, and each as if it were alone."""

import threading
import time
from concurrent.futures import CancelledError

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.models.load import model_from
from mha_viz.progress import Progress
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.batches import AT_ONCE, Readings
from mha_viz.ui.shared.pool import Job, Pool
from tests.support.families import TEXT, TEXTS, make, tokenizer

NOBODY = Progress()


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

    monkeypatch.setattr("mha_viz.ui.shared.batches.capture", noted)
    return read


@pytest.fixture
def line():
    """Readings whose only thread is busy until it is told to go."""
    pool, go = Pool(1, "test"), threading.Event()
    pool.submit(go.wait)
    yield Readings(pool), go
    go.set()
    pool.shutdown()


def test_what_waits_is_one_batch_and_each_text_has_the_capture_that_it_has_alone(line, model, batches):
    together, go = line
    futures = [together.submit((model, text), NOBODY) for text in TEXTS]
    go.set()
    found = [future.result(timeout=60) for future in futures]
    assert batches == [list(TEXTS)]
    for text, one in zip(TEXTS, found, strict=True):
        alone = capture(model, text)
        assert (one.text, one.kinds, one.model_name) == (text, alone.kinds, alone.model_name)
        assert one.query_positions == alone.query_positions
        for layer in range(len(alone.calls)):
            assert torch.allclose(pattern(one, layer), pattern(alone, layer), atol=1e-6)


def test_a_free_thread_reads_at_once(model, batches):
    pool = Pool(1, "test")
    together = Readings(pool)
    for text in TEXTS:
        together.submit((model, text), NOBODY).result(timeout=60)
    assert batches == [[text] for text in TEXTS]
    pool.shutdown()


def test_a_batch_is_of_one_model_and_no_longer_than_it_may_be(line, model, batches):
    together, go = line
    other = model_from(make(*TEXT["bert"]), tokenizer(), name="other")
    asked = [(other if i in (1, 4) else model, "the cat " * (1 + i % 3)) for i in range(AT_ONCE + 5)]
    futures = [together.submit(one, NOBODY) for one in asked]
    go.set()
    for (whose, text), future in zip(asked, futures, strict=True):
        found = future.result(timeout=60)
        assert (found.model_name, found.text) == (whose.name, text)
    assert [len(texts) for texts in batches] == [AT_ONCE, 2, 3]


def test_one_that_cannot_be_read_is_no_trouble_to_the_others(line, model, batches):
    together, go = line
    first, empty, last = (together.submit((model, text), NOBODY) for text in ("the cat", " ", "a mat"))
    go.set()
    assert (first.result(timeout=60).text, last.result(timeout=60).text) == ("the cat", "a mat")
    with pytest.raises(InputError):
        empty.result(timeout=60)
    assert batches == [["the cat", " ", "a mat"], ["the cat"], [" "], ["a mat"]]


def test_what_nobody_waits_for_any_more_is_not_read(line, model, batches):
    together, go = line
    first, second = (together.submit((model, text), NOBODY) for text in TEXTS[:2])
    assert first.cancel()
    go.set()
    assert second.result(timeout=60).text == TEXTS[1]
    with pytest.raises(CancelledError):
        first.result()
    assert batches == [[TEXTS[1]]]


def test_a_line_in_which_all_have_gone_is_no_work(line, model, batches):
    together, go = line
    assert together.submit((model, TEXTS[0]), NOBODY).cancel()
    go.set()
    assert together.submit((model, TEXTS[1]), NOBODY).result(timeout=60).text == TEXTS[1]
    assert sum(batches, []) == [TEXTS[1]]  # noqa: RUF017 - two at most


def test_all_who_wait_see_how_far_it_is(line, model):
    together, go = line
    seen = [[], []]
    hear = [Progress(report=lambda share, _what, shares=shares: shares.append(share)) for shares in seen]
    futures = [together.submit((model, text), progress) for text, progress in zip(TEXTS, hear, strict=False)]
    go.set()
    for future in futures:
        future.result(timeout=60)
    assert seen[0] == seen[1] == sorted(seen[0])
    assert seen[0][-1] == 1.0


def test_a_line_is_as_long_as_its_pool_s(model):
    pool, go = Pool(1, "test"), threading.Event()
    pool.submit(time.sleep, 0.05).result()
    pool.submit(go.wait)
    together = Readings(pool)
    assert together.wait_ahead() == pool.wait_ahead() >= 0.05
    assert together.gathers  # pages that wait for it let others come to it
    assert not pool.gathers
    job = Job(together, "bert reads the text", (model, TEXTS[0]))
    go.set()
    assert job.wait().text == TEXTS[0]
    pool.shutdown()
