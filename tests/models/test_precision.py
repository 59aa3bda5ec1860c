"""Half precision: what is asked for is what is computed in, and everything that leaves says so."""

import json

import pytest
import torch

import mha_viz
from mha_viz.attention.calls import call_pattern
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.cli.main import main
from mha_viz.errors import InputError
from mha_viz.evidence.cards.model_cards import measured_on, whose_in_words
from mha_viz.evidence.claims.claim import Material
from mha_viz.evidence.claims.store import _key
from mha_viz.evidence.claims.table import CLAIMS
from mha_viz.models.fetching.sums import is_whole
from mha_viz.models.load import load_model, model_from, random_twin
from mha_viz.precision import BY_AT_MOST, computed_in, precision_sentence
from mha_viz.recording.capture import capture
from mha_viz.ui.shared.keys import KEYS, CaptureKey
from mha_viz.views.captions.facts import facts_of, weights_facts
from tests.support.networks.families import TEXT, make, tokenizer


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """The same network saved in three kinds of numbers."""
    places = {}
    for name in ("float32", "bfloat16", "float16"):
        places[name] = str(tmp_path_factory.mktemp(name))
        make(*TEXT["bert"]).to(getattr(torch, name)).save_pretrained(places[name])
        tokenizer().save_pretrained(places[name])
    return places


@pytest.mark.parametrize("stored", ["float32", "bfloat16", "float16"])
@pytest.mark.parametrize("wanted", ["float32", "bfloat16", "auto"])
def test_what_is_asked_for_is_what_it_computes_in(folders, stored, wanted):
    model = load_model(folders[stored], dtype=wanted)
    is_in = stored if wanted == "auto" else wanted
    assert model.dtype == is_in
    found = capture(model, "the cat sat")
    assert found.dtype == is_in
    assert {call.query.dtype for call in found.calls} == {getattr(torch, is_in)}
    sums = torch.stack([call_pattern(call).sum(dim=-1) for call in found.calls])
    assert (sums - 1).abs().max() < 1e-5


def test_most_of_the_numbers_decide_and_not_most_of_the_tensors(folders, tmp_path):
    network = make(*TEXT["bert"]).to(torch.bfloat16)
    for parameter in network.parameters():
        if parameter.dim() == 1:  # more tensors, but fewer numbers
            parameter.data = parameter.data.float()
    network.save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    assert load_model(str(tmp_path), dtype="auto").dtype == "bfloat16"


def test_another_word_is_refused_in_a_sentence(folders):
    with pytest.raises(InputError, match="load_model: dtype is 'int3'"):
        mha_viz.load_model(folders["float32"], dtype="int3")


def test_it_is_the_same_set_of_weights_and_another_capture(folders):
    whole, half = (load_model(folders["float32"], dtype=dtype) for dtype in ("float32", "bfloat16"))
    assert whole.identity == half.identity
    assert KEYS[type(whole)](whole) != KEYS[type(half)](half)
    assert CaptureKey.of(capture(whole, "the cat")) != CaptureKey.of(capture(half, "the cat"))
    claim = next(iter(CLAIMS.values()))
    assert len({_key(claim, model, "own", Material("a text", texts=("the cat",))) for model in (whole, half)}) == 2
    assert random_twin(half).dtype == "float32"
    assert model_from(half.network, name="in memory").dtype == "bfloat16"


def test_exports_say_it_and_say_nothing_of_float32(folders):
    for dtype, says in (("float32", False), ("bfloat16", True)):
        found = capture(load_model(folders["float32"], dtype=dtype), "the cat sat")
        facts = facts_of(choose(found, Selection("encoder")))
        assert ("computed in" in facts) is says
        assert facts.get("computed in", "") == computed_in(dtype)
        assert weights_facts(found).items() <= facts.items()
    assert computed_in("float64") == precision_sentence("x", "float32") == ""


def test_the_terminal_says_it_and_other_numbers_follow(folders, capsys):
    values = {}
    for dtype in ("float32", "bfloat16"):
        assert main(["heads", "the cat sat", "--model", folders["float32"], "--dtype", dtype, "--json"]) == 0
        out, err = capsys.readouterr()
        values[dtype] = [row["entropy"] for row in json.loads(out)["heads"]]
        assert ("computes in bfloat16" in err) is (dtype == "bfloat16")
    assert values["float32"] != values["bfloat16"]
    assert sorted(values["float32"]) == pytest.approx(sorted(values["bfloat16"]), abs=0.02)


def test_a_profile_says_what_it_was_measured_in():
    corpora = [{"what": "a.conllu", "sentences": 7}]
    assert whose_in_words("yours", {"corpora": corpora, "dtype": "bfloat16"}).endswith("7 sentences, in bfloat16")
    assert "(7 sentences), in bfloat16" in measured_on({"corpora": corpora, "dtype": "bfloat16"})
    for facts in ({"corpora": corpora}, {"corpora": corpora, "dtype": "float32"}):  # older profiles do not say it
        assert "float" not in whose_in_words("yours", facts) + measured_on(facts)


@pytest.mark.skipif(not is_whole("smollm2"), reason="smollm2 is not fetched")
def test_smollm2_is_as_far_off_as_the_sentence_says():
    text = "In 1969 two men walked on the moon, and everybody who had a television watched them."
    pairs = zip(*(capture(load_model("smollm2", dtype=d), text).calls for d in ("float32", "bfloat16")), strict=True)
    largest = max((call_pattern(one) - call_pattern(two)).abs().max().item() for one, two in pairs)
    assert 0.01 < largest < float(BY_AT_MOST) + 0.05
