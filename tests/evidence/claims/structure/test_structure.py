"""Relations, trees and kinds of heads: counted by hand, found where they are planted, and not where they are not."""

import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.errors import InputError
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.structure import clark_relations, htut_trees, trees, voita_kinds
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS
from tests.support.networks.claims import encoder, looking_at, reader

CLAIMS = (clark_relations.CLAIM, htut_trees.CLAIM, voita_kinds.CLAIM)
LAYERS, HEADS = 7, 5
RELATIONS = ("det", "nsubj", "obj", "amod", "advmod", "nmod:poss", "aux:pass")
N = 12  # words of each sentence


def sentence(i):
    """Arcs that no offset and no chain finds: dependents stand at ever other distances from their heads."""
    words = [f"w{(i + k) % 53}" for k in range(N)]
    begins = [sum(len(word) + 1 for word in words[:k]) for k in range(N)]
    spans = tuple((begin, begin + len(word)) for begin, word in zip(begins, words, strict=True))
    head = i % 5
    others = [word for word in range(N) if word != head]
    arcs = tuple(
        Arc(dependent, head if k % 2 else (head + 5) % N, RELATIONS[(k + i) % 7])
        for k, dependent in enumerate(others)
        if dependent != (head + 5) % N
    )
    return Annotated(" ".join(words), tuple(words), spans, (*arcs, Arc((head + 5) % N, head, "dep")))


@pytest.fixture
def plant(monkeypatch):
    """One head gives ``share`` to the head of each word; all others, and random weights, look next door."""
    monkeypatch.setattr(trees, "source_here", lambda: "here")
    monkeypatch.setattr(trees, "parse_together", lambda _texts: [sentence(i) for i in range(23)])

    def of(share):
        def maps(model, read):
            next_door = 0.7 * torch.eye(N) + 0.3 * torch.eye(N).roll(1, dims=1)
            even = next_door.repeat(LAYERS * HEADS, 1, 1)
            if share and "random weights" not in model.name:
                heads = {arc.dependent: arc.head for arc in read.arcs}
                even[11] = looking_at([heads.get(word, -1) for word in range(N)], share, N, is_causal=False)
            return even, set()

        monkeypatch.setattr(trees, "word_maps", maps)
        monkeypatch.setattr(htut_trees, "word_maps", maps)

    return of


def verdicts(claim):
    return {each.statement.name: each.verdict for each in rerun(claim, encoder()).results}


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize(("share", "verdict"), [(0.8, HOLDS), (0.0, FAILS)])
def test_grammar_is_found_where_it_is_planted(plant, claim, share, verdict):
    plant(share)
    found = verdicts(claim)
    assert {found[name] for name in found if name not in voita_kinds.NEXT_DOOR} == {verdict}


@pytest.mark.parametrize(("name", "k"), [("previous", -1), ("next", 1)])
def test_positional_heads_are_found_where_they_are_planted(monkeypatch, plant, name, k):
    plant(0.0)

    def patterns(capture):
        n = len(capture.query_positions["encoder"].ids)
        found = torch.full((LAYERS, HEADS, n, n), 1 / n)
        if "random weights" not in capture.model_name:
            found[3, 2] = looking_at([query + k for query in range(n)], 0.7, n, is_causal=False)
        return found

    monkeypatch.setattr(voita_kinds, "patterns_of", patterns)
    found = {each.statement.name: each for each in rerun(voita_kinds.CLAIM, encoder()).results}
    assert (found[name].verdict, found[name].found.value) == (HOLDS, 1)
    assert {found[other].verdict for other in voita_kinds.NEXT_DOOR if other != name} == {FAILS}


def test_a_gain_is_counted_by_hand():
    """Head 1 is right 3 and 2 times of 4, the best offset 1 and 0 times; from dependents it gains nothing."""
    to_head = [([1.0, 3.0], [1.0, 0.0], 4.0), ([1.0, 2.0], [0.0, 1.0], 4.0), ([0.0, 4.0], [0.0, 0.0], 5.0)]
    texts = [
        {
            f"obj {trees.TO_HEAD} hits": hits, f"obj {trees.TO_HEAD} offsets": offsets, f"obj {trees.TO_HEAD} n": [n],
            f"obj {trees.TO_DEPENDENT} hits": [0.0, 0.0], f"obj {trees.TO_DEPENDENT} offsets": [0.0, 0.0],
            f"obj {trees.TO_DEPENDENT} n": [3.0],
        }
        for hits, offsets, n in to_head
    ]  # fmt: skip
    gained, n = trees.gain(texts, "obj")
    assert gained.tolist() == [2.0, 2.0, 4.0]
    assert n.tolist() == [4.0, 4.0, 5.0]
    assert trees.points_of(gained, n).value == pytest.approx(100 * 8 / 13)


def test_what_heads_point_at_is_told_of_real_patterns():
    """Without a plant: the largest weight of each dependent's row, by a plain loop."""
    model, read = encoder(initializer_range=0.5), sentence(3)
    piece = trees.Material("sentences", texts=(read.text, trees._packed(read)))
    assert trees.tree_in(piece) == read
    maps, missing = trees.word_maps(model, read)
    assert missing == set()
    numbers = trees.pointing(model, piece, ["obj"])
    arcs = [arc for arc in read.arcs if arc.relation == "obj"]
    maps[:, range(N), range(N)] = -1.0  # no word is its own answer
    by_hand = [sum(int(each[arc.dependent].argmax()) == arc.head for arc in arcs) for each in maps]
    assert numbers[f"obj {trees.TO_HEAD} hits"] == by_hand
    assert numbers[f"obj {trees.TO_HEAD} n"] == [len(arcs)]


def test_the_spanning_tree_is_the_best_of_all():
    """Of four words all sixteen trees are tried."""
    from itertools import combinations

    torch.manual_seed(0)
    for _ in range(5):
        weights = torch.rand(4, 4)
        pairs = list(combinations(range(4), 2))
        joined = [each for each in combinations(pairs, 3) if len({i for pair in each for i in pair}) == 4]
        acyclic = [each for each in joined if not any({*a, *b, *c} == {*a, *b} == {*b, *c} for a, b, c in [each])]
        best = max(acyclic, key=lambda each: sum((weights[i, j] + weights[j, i]).item() for i, j in each))
        assert htut_trees.spanning_tree(weights) == {frozenset(pair) for pair in best}


def test_the_head_of_whole_trees_is_chosen_on_all_other_sentences():
    """Head 0 is right in the first sentence alone, head 1 in the others: chosen elsewhere, neither is ever right."""
    ways = [f"{one} {way}" for one in htut_trees.RELATIONS for way in (trees.TO_HEAD, trees.TO_DEPENDENT)]
    nothing = {f"{way} {what}": [0.0, 0.0] for way in ways for what in ("hits", "offsets")}
    nothing |= {f"{way} n": [1.0] for way in ways}
    right = ([4.0, 0.0], [0.0, 1.0], [0.0, 1.0])
    texts = [{**nothing, "right": each, "chain": [0.0], "arcs": [4.0]} for each in right]
    assert htut_trees._estimate(encoder(), {"sentences": texts})[htut_trees.WHOLE].value == 0.0


def test_signs_are_no_words_of_a_tree():
    read = Annotated("a , b c", ("a", ",", "b", "c"), ((0, 1), (2, 3), (4, 5), (6, 7)),
                     (Arc(1, 0, "punct"), Arc(0, 2, "nsubj"), Arc(3, 2, "obj")))  # fmt: skip
    assert htut_trees.asked(read) == ([0, 2, 3], {frozenset((0, 1)), frozenset((1, 2))})


def test_a_treebank_file_is_read_as_it_is(tmp_path):
    lines = "".join(
        f"# sent_id = {i}\n# text = w1 w2\n1\tw1\tw1\tNOUN\t_\t_\t2\tnsubj\t_\t_\n"
        "2\tw2\tw2\tVERB\t_\t_\t0\troot\t_\t_\n\n"
        for i in range(9)
    )
    file = tmp_path / "few.conllu"
    file.write_text(lines, encoding="utf-8")
    found = trees.parsed_sentences(str(file))
    assert len(found) == 9
    assert trees.tree_in(found[0]).arcs == (Arc(0, 1, "nsubj"),)
    file.write_text(lines[: len(lines) // 9 * 3], encoding="utf-8")
    with pytest.raises(InputError, match="at least 8"):
        trees.parsed_sentences(str(file))


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_grammar_holds_on_random_weights(monkeypatch, claim):
    monkeypatch.setattr(trees, "source_here", lambda: "here")
    monkeypatch.setattr(trees, "parse_together", lambda _texts: [sentence(i) for i in range(11)])
    assert HOLDS not in {each.verdict for each in rerun(claim, encoder(seed=1)).results}


def test_who_cannot_be_asked(monkeypatch):
    assert "left to right" in trees.why_no_trees(reader())
    monkeypatch.setattr(trees, "source_here", lambda: "")
    assert "mha-viz models get parser" in trees.why_no_trees(encoder())
