"""What was spoken of before: rules by hand, found where planted, not where not, nor by chance; a treebank is read."""

import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Mention
from mha_viz.errors import InputError
from mha_viz.evidence.claims.rerun import rerun
from mha_viz.evidence.claims.structure import clark_coreference as here
from mha_viz.evidence.claims.verdicts import FAILS, HOLDS
from tests.support.networks.claims import encoder, looking_at, reader

N_HEADS = 35
N = 11  # words of a text


def text_of(i):
    """Three things, of which two are spoken of again, by turns: no place is right for all, and no word comes twice."""
    words = [f"w{(i + k) % 53}" for k in range(N)]
    begins = [sum(len(word) + 1 for word in words[:k]) for k in range(N)]
    spans = tuple((begin, begin + len(word)) for begin, word in zip(begins, words, strict=True))
    again = ("12", "23", "31")[i % 3]
    places = {0: "1", 2: "2", 3 + i % 2: "3", 7: again[0], 9: again[1]}
    mentions = tuple(Mention(place, place + 1, cluster) for place, cluster in places.items())
    return Annotated(" ".join(words), tuple(words), spans, mentions=mentions, tags=("NOUN",) * N)


@pytest.fixture
def plant(monkeypatch):
    """Head 11 gives ``share(i)`` of each mention to what it speaks of; the others look at no mention."""
    texts = [text_of(i) for i in range(17)]
    monkeypatch.setattr(here, "read_marked_mentions", lambda _path: texts)
    found_at = {each.text: i for i, each in enumerate(texts)}

    def of(share):
        def maps(model, read):
            heads = torch.eye(N).repeat(N_HEADS, 1, 1)
            if "random weights" not in model.name:
                right = {item.query: item.right[0] for item in here.items_of(read)}
                share_here = share(found_at[read.text])
                own = looking_at([right.get(word, -1) for word in range(N)], share_here, N, is_causal=False)
                heads[11] = own if share_here else heads[11]
            return heads, set()

        monkeypatch.setattr(here, "word_maps", maps)

    return of


def verdicts(data=None):
    return {each.statement.name: each for each in rerun(here.CLAIM, encoder(), data).results}


@pytest.mark.parametrize(("share", "verdict", "points"), [(0.8, HOLDS, 22 / 34), (0.0, FAILS, -12 / 34)])
def test_a_head_that_resolves_mentions_is_found_where_it_is_planted(plant, share, verdict, points):
    plant(lambda _i: share)
    found = verdicts()
    assert found[here.PLACE].verdict == verdict
    assert found[here.PLACE].found.value == pytest.approx(100 * points)
    assert found[here.ALIKE].verdict == verdict


def test_a_text_does_not_choose_its_own_head():
    """Each head is right in one text alone: chosen on the others it is never right."""
    hits, n = torch.eye(5, dtype=torch.float64), torch.ones(5, 1, dtype=torch.float64)
    assert here._hits_of_the_best(hits, n).tolist() == [0.0] * 5
    hits[:, 3] = torch.tensor([1.0, 1.0, 0.0, 1.0, 1.0])
    assert here._hits_of_the_best(hits, n).tolist() == [1.0, 1.0, 0.0, 1.0, 1.0]


def test_rules_are_the_nearest_mention_and_the_nearest_same_word():
    """cat, Anna, cat, she, it: the second cat has its like, the pronouns have none and take the nearest mention."""
    words = ("cat", "Anna", "cat", "she", "it")
    mentions = tuple(Mention(i, i + 1, cluster) for i, cluster in enumerate("12121"))
    tags = ("NOUN", "PROPN", "NOUN", "PRON", "PRON")
    read = Annotated(
        " ".join(words), words, ((0, 3), (4, 8), (9, 12), (13, 16), (17, 19)), mentions=mentions, tags=tags
    )
    items = {item.query: item for item in here.items_of(read)}
    assert {query: item.right for query, item in items.items()} == {2: (0,), 3: (1,), 4: (0, 2)}
    names = (*here.PLACES, here.ALIKE)
    assert [dict(item.rules) for item in items.values()] == [
        dict(zip(names, places, strict=True)) for places in ((1, 0, 0, 0), (2, 1, 0, 2), (3, 2, 0, 3))
    ]


def test_a_text_is_packed_and_unpacked_as_it_is():
    piece = here._make(encoder(), None)[5]
    assert here._packed(here.text_in(piece)) == piece.texts[1]
    assert here.text_in(piece).mentions


def test_the_beginning_of_each_document_of_a_treebank_is_read(plant, tmp_path):
    head = "# global.Entity = GRP-etype\n"
    words = ("1\tw1\tw1\tNOUN\t_\t_\t0\troot", "2\tw2\tw2\tNOUN\t_\t_\t1\tdep")
    sentence = "# text = w1 w2\n" + "".join(f"{word}\t_\tEntity=(1-x)\n" for word in words) + "\n"
    path = tmp_path / "few.conllu"
    documents = [f"# newdoc id = d{i}\n" + sentence * 60 for i in range(8)]
    path.write_text(head + "".join(documents), encoding="utf-8")
    made = here._make(encoder(), str(path))
    assert [len(here.text_in(piece)) for piece in made] == [here.WORDS] * 8
    path.write_text(head + "".join(documents[:7]), encoding="utf-8")
    with pytest.raises(InputError, match="7 texts that speak of something again"):
        here._make(encoder(), str(path))


def test_nothing_is_resolved_by_random_weights():
    assert HOLDS not in {each.verdict for each in rerun(here.CLAIM, encoder(seed=1)).results}


def test_models_that_read_from_left_to_right_are_not_asked():
    assert "left to right" in here._why_not(reader())
