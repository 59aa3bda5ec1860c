"""Atoms of products and what they were: rules by hand, found where planted, not where not, nor by chance."""

import pytest
import torch
import transformers as hf
from tokenizers import Regex, pre_tokenizers

from mha_viz.annotation.files.reactions import Reaction, read_reactions
from mha_viz.errors import InputError
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.structure import schwaller_atoms as here
from mha_viz.evidence.claims.verdicts import CANNOT, FAILS, HOLDS
from mha_viz.models.load import model_from
from mha_viz.paths import app_folder
from tests.support.networks.claims import SIZES, encoder, looking_at, reader, tokenizer

LAYERS, HEADS = 11, 7
OURS = app_folder() / "assets" / "reactions.txt"
PLANTED = 10 * HEADS + 5  # the head of the paper's code


def chemist(*, seed=0, n_layers=LAYERS):
    """A tiny network to which every sign of a reaction is a token of its own."""
    ours = list(read_reactions(OURS))
    signs = {each.text[begin:end] for each in ours for begin, end in each.atoms}
    words = tokenizer(words=sorted(signs.union(*(each.text for each in ours))))
    words.backend_tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\[[^\]]+\]|Br|Cl|>>|."), "isolated")
    torch.manual_seed(seed)
    sizes = {**SIZES, "vocab_size": len(words), "num_hidden_layers": n_layers, "hidden_size": 4 * HEADS}
    network = hf.BertModel(hf.BertConfig(**{**sizes, "num_attention_heads": HEADS})).eval()
    return model_from(network, words, name="chemist")


@pytest.fixture
def plant(monkeypatch):
    """One head gives ``share(i)`` of each atom of the i-th reaction to what it was; all others look at the first."""
    texts = [each.text for each in read_reactions(OURS)]

    def of(share, head=PLANTED):
        def maps(model, reaction):
            n, sources = len(reaction.atoms), reaction.sources()
            found = looking_at([0] * n, 0.5, n, is_causal=False).repeat(LAYERS * HEADS, 1, 1)
            if "random weights" not in model.name:
                keys = [sources[atom][0] if atom in sources else -1 for atom in range(n)]
                found[head] = looking_at(keys, share(texts.index(reaction.text)), n, is_causal=False)
            return found.unflatten(0, (LAYERS, HEADS))

        monkeypatch.setattr(here, "atom_maps", maps)

    return of


def results(model=None, data=None):
    return {each.statement.name: each for each in rerun(here.CLAIM, model or chemist(), data).results}


@pytest.mark.parametrize(("share", "verdict"), [(0.9, HOLDS), (0.0, FAILS)])
def test_a_head_that_maps_atoms_is_found_where_it_is_planted(plant, share, verdict):
    plant(lambda _i: share)
    found = results()
    assert {each.verdict for each in found.values()} == {verdict}
    assert (found[here.MOSTLY].found.value == 100) is (verdict is HOLDS)
    assert ("layer 10, head 5" in found[here.BEYOND].found.note) is (verdict is HOLDS)


def test_another_head_than_that_of_the_paper_is_found_too_and_theirs_is_not(plant):
    plant(lambda _i: 0.9, head=23)
    found = results()
    assert [found[name].verdict for name in (here.BEYOND, here.MOSTLY, here.THEIRS)] == [HOLDS, HOLDS, FAILS]
    assert "layer 3, head 2" in found[here.BEYOND].found.note


def test_what_a_head_was_chosen_on_does_not_count(plant):
    """It maps atoms in the reactions of the first half alone."""
    plant(lambda i: 0.9 * (i % 2 == 0))
    assert {each.verdict for each in results().values()} == {FAILS}


def test_rules_name_the_atom_in_the_same_place_among_all_and_among_those_alike():
    """CO.NC>>NOC: the product's N is the first atom of three, and the only one of its kind."""
    reaction = Reaction(
        "CO.NC>>NOC", ((0, 1), (1, 2), (3, 4), (4, 5), (7, 8), (8, 9), (9, 10)), 4, (1, 2, 3, 4, 3, 2, 4)
    )
    of_n, of_o, of_c = here.items_of(reaction)
    assert (of_n.query, of_n.right, of_n.among) == (4, (2,), (0, 1, 2, 3))
    assert dict(of_n.rules) == dict(zip(here.RULES, (0, 1, 2, 2), strict=True))
    assert dict(of_o.rules) == dict(zip(here.RULES, (1, 2, 1, 1), strict=True))
    assert dict(of_c.rules) == dict(zip(here.RULES, (2, 3, 0, 3), strict=True))


def test_real_patterns_are_counted_as_a_plain_loop_counts_them():
    model = chemist()
    piece = here._make(model, None)[3]
    reaction = here.reaction_in(piece)
    maps = here.atom_maps(model, reaction).flatten(0, 1)[:, :, : reaction.n_before]
    by_hand = [sum(int(each[atom].argmax()) in right for atom, right in reaction.sources().items()) for each in maps]
    numbers = here._measure(model, piece)
    assert numbers["hits"] == by_hand
    assert numbers["n"] == [len(reaction.sources())]
    assert (numbers["layers"][PLANTED], numbers["heads"][PLANTED]) == here.THEIR_HEAD


def test_no_head_of_random_weights_maps_atoms():
    assert HOLDS not in {each.verdict for each in results(chemist(seed=1)).values()}


def test_a_file_of_one_s_own_is_read(plant, tmp_path):
    plant(lambda _i: 0.9)
    lines = OURS.read_text(encoding="utf-8").splitlines()
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(lines[:16]), encoding="utf-8")
    assert results(data=str(path))[here.BEYOND].found.n == 8
    path.write_text("\n".join(lines[:15]), encoding="utf-8")
    with pytest.raises(InputError, match="15 reactions: give at least 16"):
        results(data=str(path))


def test_a_network_of_other_shape_has_no_head_of_theirs():
    done = results(chemist(n_layers=3))
    assert (done[here.THEIRS].verdict, done[here.THEIRS].reason) == (CANNOT, "it has no layer 10 with a head 5")
    assert done[here.BEYOND].verdict != CANNOT


def test_a_model_whose_tokens_are_no_atoms_is_not_asked():
    for model in (reader(), encoder()):
        assert "tokens are not atoms" in here._why_not(model)
