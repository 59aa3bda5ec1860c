"""A capture leaves network and tokenizer as they were, so that no text depends on those read before."""

import gc
import threading
import weakref

import pytest
import torch

from mha_viz.errors import UnreadableModelError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.state import HOOKED, SMALL, run_and_restore
from tests.support.captures.outcomes import LONG, is_same, outcome
from tests.support.networks.families import TEXT, TEXTS, make, text_model, tokenizer
from tests.support.networks.more_families import CHANGING, family


def holds(network):
    """Every attribute, buffer and part of every module, and every setting, by name."""
    held = {}
    for path, module in network.named_modules():
        held |= {(path, name): value for name, value in vars(module).items() if not name.startswith("_")}
        held |= {(path, name): value.clone() for name, value in module.named_buffers(recurse=False)}
        held |= {(path, name): part for name, part in module.named_children()}
        held |= {(path, "config", name): repr(value) for name, value in vars(getattr(module, "config", object)).items()}
    return held


def same(one, other):
    return torch.equal(one, other) if isinstance(one, torch.Tensor) else one is other or one == other


@pytest.mark.parametrize("name", [*CHANGING, "bert", "gpt2", "mpnet"])
def test_a_network_is_what_it_was_after_a_short_and_a_long_text(name):
    network = make(*(family(CHANGING[name]) if name in CHANGING else TEXT[name]))
    model = model_from(network, tokenizer(ends=False), name=name)
    before = holds(network)
    texts = (TEXTS[0], LONG)
    fresh = []
    for text in texts:
        other = make(type(network), network.config)
        fresh.append(outcome(model_from(other, tokenizer(ends=False), name=name), text))
    for text in (*texts, *reversed(texts)):
        assert is_same(outcome(model, text), fresh[texts.index(text)])
        after = holds(network)
        assert before.keys() == after.keys()
        assert [key for key in before if not same(before[key], after[key])] == []


class Counting(torch.nn.Module):
    def __init__(self, size=3):
        super().__init__()
        self.seen = 0
        self.register_buffer("sums", torch.zeros(size))

    def read(self):
        self.seen += 1
        self.sums += 1


def test_attributes_and_small_buffers_are_put_back_whatever_happens():
    network = Counting()

    def fail():
        network.read()
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        run_and_restore(network, fail)
    run_and_restore(network, network.read)
    assert network.seen == 0
    assert not network.sums.any()


def test_a_large_buffer_that_is_written_into_is_refused_by_name():
    network = Counting(SMALL)
    with pytest.raises(UnreadableModelError, match="Counting writes into numbers that it keeps"):
        run_and_restore(network, network.read)


def test_a_buffer_alone_that_is_written_into_is_put_back():
    network = Counting()
    run_and_restore(network, lambda: network.sums.add_(1))
    assert not network.sums.any()


def test_parts_that_somebody_put_in_between_two_runs_are_watched_and_stay():
    network = torch.nn.Sequential(Counting(), Counting())
    run_and_restore(network, network[0].read)
    network[1] = new = Counting(5)
    run_and_restore(network, new.read)
    assert network[1] is new
    assert (new.seen, new.sums.tolist()) == (0, [0.0] * 5)


def test_the_note_that_collectors_are_hooked_stays_when_something_is_put_back():
    network = Counting()

    def read():
        network.read()
        setattr(network, HOOKED, True)

    run_and_restore(network, read)
    assert (network.seen, getattr(network, HOOKED)) == (0, True)


def test_runs_of_a_network_that_changes_follow_one_another():
    network, seen = Counting(), []
    run_and_restore(network, network.read)

    def read():
        network.read()
        seen.append(network.seen)

    threads = [threading.Thread(target=run_and_restore, args=(network, read)) for _ in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert seen == [1] * 20


def test_a_tokenizer_that_cuts_and_fills_stays_one_and_captures_are_whole():
    _, bare = text_model("bert")
    cutting = tokenizer()
    cutting.backend_tokenizer.enable_truncation(max_length=4, stride=1)
    cutting.backend_tokenizer.enable_padding(length=11)
    truncation, padding = cutting.backend_tokenizer.truncation, cutting.backend_tokenizer.padding
    found = capture(model_from(bare.network, cutting, name="bert"), TEXTS[1], pair=TEXTS[0])
    assert found.query_positions["encoder"].ids == capture(bare, TEXTS[1], pair=TEXTS[0]).query_positions["encoder"].ids
    assert (cutting.backend_tokenizer.truncation, cutting.backend_tokenizer.padding) == (truncation, padding)


def test_a_network_that_nobody_uses_any_more_is_let_go():
    network, model = text_model("bert")
    capture(model, list(TEXTS))
    gone = weakref.ref(network)
    del network, model
    gc.collect()
    assert gone() is None
