"""Each claim holds where it is planted, fails where its opposite is, and never on random weights."""

from dataclasses import replace

import pytest
import torch

from mha_viz.evidence.claims import clark_surface, gu_sinks, kobayashi_norms, olsson_induction, vig_depth
from mha_viz.evidence.claims.rerun import _first_of_each, rerun
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS, OPEN
from tests.support.networks.claims import encoder, even, looking_at, named, reader, speaker
from tests.support.networks.hearing import whisper
from tests.support.networks.seeing import seeing_model

LAYERS, HEADS = 7, 5
WORDS = set(range(4, 57))  # of the tiny tokenizer, to which all of our own texts are unknown
READS = {"sinks": reader, "induction": reader, "depth": reader, "surface": encoder, "norms": encoder}
READS |= {"repeats": speaker, "ioi": named, "suppression": named, "window": speaker, "removing": encoder}
READS |= {"vectors": speaker}
READS |= {"retrieval": speaker, "rollout": encoder, "relations": encoder, "trees": encoder, "kinds": encoder}
READS |= {"atoms": encoder, "coreference": encoder, "alignment": whisper, "registers": lambda **_: seeing_model()}
OF_THEIR_OWN = {
    "alignment",
    "atoms",
    "coreference",
    "retrieval",
    "vectors",
    "removing",
    "rollout",
    "relations",
    "trees",
    "kinds",
}  # tests, with words and trees for tiny networks


def verdicts(claim, model):
    return {each.statement.name: each.verdict for each in rerun(claim, model).results}


def planted(monkeypatch, module, layer_of):
    """Patterns of the model are made by ``layer_of(layer, ids)``, (head, query, key); its twin's are even."""

    def of_ids(model, ids):
        layers = [layer_of(layer, ids) for layer in range(LAYERS)]
        if "random weights" in model.name:
            layers = [even(len(ids), HEADS, is_causal=True)] * LAYERS
        return [torch.stack(layers)], True

    monkeypatch.setattr(module, "patterns_of_ids", of_ids)


def planted_in_captures(monkeypatch, layer_of):
    """The same for pairs of passages: ``layer_of(layer, keys)`` is given which positions are separators."""
    wanted = clark_surface.separators
    last = {}

    def found(model, capture):
        last["keys"] = wanted(model, capture)
        return last["keys"]

    def patterns(capture):
        ids = torch.tensor(capture.key_positions["encoder"].ids)
        if "random weights" in capture.model_name:
            return torch.stack([even(len(ids), HEADS, is_causal=False)] * LAYERS)
        return torch.stack([layer_of(layer, ids == 2) for layer in range(LAYERS)])

    monkeypatch.setattr(clark_surface, "separators", found)
    monkeypatch.setattr(clark_surface, "patterns_of", patterns)


@pytest.mark.parametrize("name", [name for name in CLAIMS if name not in OF_THEIR_OWN])
def test_no_claim_holds_on_random_weights(name):
    claim = CLAIMS[name]
    few = replace(claim, make=lambda model, data: _first_of_each(claim.make(model, data)))
    assert HOLDS not in verdicts(few, READS[name](seed=1)).values()


@pytest.mark.parametrize("name", CLAIMS)
def test_what_cannot_be_tested_is_said(name):
    other = {reader: encoder, encoder: reader}.get(READS[name], encoder)()
    done = rerun(CLAIMS[name], other)
    assert done.why_not
    assert {each.verdict for each in done.results} == {CANNOT}
    assert {each.reason for each in done.results} == {done.why_not}


# ---- sinks -----------------------------------------------------------------------------------------------------


def sinks(share_of):
    def layer_of(layer, ids):
        n, n_sinks = len(ids), 2 if layer < 4 else 0  # 8 of 35 heads
        rest = looking_at([0] * n, share_of(ids), n, is_causal=True)
        return torch.stack([rest] * n_sinks + [even(n, 1, is_causal=True)[0]] * (HEADS - n_sinks))

    return layer_of


def test_sinks_hold_where_they_are_planted(monkeypatch):
    planted(monkeypatch, gu_sinks, sinks(lambda ids: 0.0 if set(ids) < WORDS and len(set(ids)) == 1 else 0.5))
    done = rerun(gu_sinks.CLAIM, reader())
    assert {each.verdict for each in done.results} == {HOLDS}
    assert [each.found.value for each in done.results] == pytest.approx([100 * 8 / 35] * 4)


def test_sinks_that_repeated_tokens_keep_are_no_reason_to_say_they_go(monkeypatch):
    planted(monkeypatch, gu_sinks, sinks(lambda _ids: 0.5))
    assert verdicts(gu_sinks.CLAIM, reader()) == {"natural": HOLDS, "random": HOLDS, "start": HOLDS, "repeat": FAILS}


def test_no_sink_is_established_as_none(monkeypatch):
    planted(monkeypatch, gu_sinks, sinks(lambda _ids: 0.0))
    assert set(verdicts(gu_sinks.CLAIM, reader()).values()) == {FAILS}


def test_a_model_without_a_start_token_is_asked_for_the_rest(monkeypatch):
    planted(monkeypatch, gu_sinks, sinks(lambda _ids: 0.5))
    assert verdicts(gu_sinks.CLAIM, reader(starts=False))["start"] == CANNOT


# ---- induction -------------------------------------------------------------------------------------------------


def induction_heads(share):
    def layer_of(layer, ids):
        follows = []
        for query, token in enumerate(ids):
            before = [key for key in range(query) if ids[key] == token]
            follows.append(before[-1] + 1 if before else -1)
        heads = even(len(ids), HEADS, is_causal=True)
        if layer == 3:
            heads[2] = looking_at(follows, share, len(ids), is_causal=True)
        return heads

    return layer_of


@pytest.mark.parametrize(("share", "verdict"), [(0.8, HOLDS), (0.3, FAILS)])
def test_induction_heads_are_found_where_they_are_planted(monkeypatch, share, verdict):
    planted(monkeypatch, olsson_induction, induction_heads(share))
    (result,) = rerun(olsson_induction.CLAIM, reader()).results
    assert (result.verdict, result.found.value) == (verdict, float(share == 0.8))


def test_one_layer_cannot_have_induction_heads():
    assert "one layer" in rerun(olsson_induction.CLAIM, reader(num_hidden_layers=1)).why_not


# ---- depth -----------------------------------------------------------------------------------------------------


def looking_back(steps_of, share):
    def layer_of(layer, ids):
        n = len(ids)
        back = looking_at([max(query - steps_of(layer), 0) for query in range(n)], 0.9, n, is_causal=True)
        return torch.stack([looking_at([0] * n, share, n, is_causal=True) * 0.5 + back * 0.5] * HEADS)

    return layer_of


def test_depth_holds_where_layers_look_ever_farther(monkeypatch):
    planted(monkeypatch, vig_depth, looking_back(lambda layer: 3 * layer, 1.0))
    assert verdicts(vig_depth.CLAIM, reader()) == {"null": HOLDS, "farther": HOLDS}
    planted(monkeypatch, vig_depth, looking_back(lambda layer: 20 - 3 * layer, 0.0))
    assert verdicts(vig_depth.CLAIM, reader()) == {"null": FAILS, "farther": FAILS}


# ---- surface ---------------------------------------------------------------------------------------------------


def on_separators(share, shift):
    def layer_of(layer, keys):
        n, last = len(keys), int(keys.nonzero()[-1])
        on_separator = layer in range(*clark_surface.middle_layers(LAYERS).indices(LAYERS))
        heads = [looking_at([last] * n, share if on_separator else 0.0, n, is_causal=False)] * (HEADS - 1)
        neighbours = looking_at([query + shift for query in range(n)], 0.7, n, is_causal=False)
        return torch.stack([*heads, neighbours if layer == 1 else heads[0]])

    return layer_of


@pytest.mark.parametrize("shift", [-1, 1])
def test_separators_and_neighbours_hold_where_they_are_planted(monkeypatch, shift):
    planted_in_captures(monkeypatch, on_separators(0.95, shift))
    one, other = ("previous", "next") if shift == -1 else ("next", "previous")
    expected = {"separators": HOLDS, "separators themselves": HOLDS, one: HOLDS, other: FAILS}
    assert verdicts(clark_surface.CLAIM, encoder()) == expected
    planted_in_captures(monkeypatch, on_separators(0.6, 9))
    done = verdicts(clark_surface.CLAIM, encoder())
    assert done == {"separators": HOLDS, "separators themselves": FAILS, "previous": FAILS, "next": FAILS}


def test_the_middle_of_twelve_layers_is_that_of_the_paper():
    for n in range(1, 50):
        middle = clark_surface.middle_layers(n)
        assert 0 <= middle.start < middle.stop <= n
    assert clark_surface.middle_layers(24) == slice(10, 20)


# ---- norms -----------------------------------------------------------------------------------------------------


def test_separators_that_give_little_are_seen_in_what_they_give(monkeypatch):
    lengths = kobayashi_norms.contribution_lengths_of
    model = encoder()

    def of(times):
        def shortened(call):
            whole = lengths(call)
            ids = torch.tensor(seen["ids"])
            is_own = call.projection is not None and torch.equal(call.value, seen["value"][call.layer])
            return whole * torch.where(ids == 2, times, 1.0) if is_own else whole

        return shortened

    seen = {}
    read = kobayashi_norms.capture

    def watched(of_model, text, pair=None):
        found = read(of_model, text, pair=pair)
        if of_model is model:
            seen["ids"] = found.key_positions["encoder"].ids
            seen["value"] = {call.layer: call.value for call in found.calls}
        return found

    monkeypatch.setattr(kobayashi_norms, "capture", watched)
    for times, verdict in ((0.1, HOLDS), (1.0, FAILS)):
        monkeypatch.setattr(kobayashi_norms, "contribution_lengths_of", of(times))
        assert verdicts(kobayashi_norms.CLAIM, model) == {"less": verdict}


def test_fewer_texts_than_an_interval_takes_say_nothing(monkeypatch):
    planted(monkeypatch, olsson_induction, induction_heads(0.8))
    make = olsson_induction.CLAIM.make
    claim = replace(olsson_induction.CLAIM, make=lambda model, data: make(model, data)[:7])
    assert verdicts(claim, reader()) == {"heads": OPEN}
