"""Attention against similarity, by hand, against pandas and scipy; ratings of pairs."""

import pandas as pd
import pytest
import torch
from scipy.stats import rankdata, spearmanr

from mha_viz.annotation.annotated import pieces_of_words
from mha_viz.annotation.files.ratings import read_ratings
from mha_viz.errors import InputError, ModelError
from mha_viz.models.load import model_from
from mha_viz.objects import Model
from mha_viz.recording.capture import capture
from mha_viz.scores.counting import pooled
from mha_viz.scores.families.semantic import (
    NEARER,
    SIMILAR,
    cosines,
    pair_attention,
    ranked,
    rating_correlation,
    rating_interval,
    similarity_tallies,
    spearman,
    word_vectors,
)
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.texts.annotating import annotated

# 0   1     2      3  4    5
HENS = annotated("Old hens often eat the corn", tags="ADJ NOUN ADV VERB DET NOUN")


def test_ranks_and_correlation_are_those_of_pandas():
    generator = torch.Generator().manual_seed(7)
    values = torch.randint(5, (3, 11), generator=generator).float()  # with ties
    others = torch.randn(11, generator=generator)
    for row in range(3):
        series = pd.Series(values[row].numpy())
        assert ranked(values)[row].tolist() == series.rank().tolist()
        expected = series.rank().corr(pd.Series(others.numpy()).rank())
        assert spearman(values, others)[row].item() == pytest.approx(expected)
    assert spearman(torch.ones(2, 4), torch.arange(4.0)).isnan().all()
    assert spearman(torch.arange(4.0), -torch.arange(4.0)).item() == pytest.approx(-1)


@pytest.mark.parametrize("n_values", [2, 5, 1000, 10**7])  # with many ties, few, almost none, and none
def test_ranks_and_correlation_are_those_of_scipy(n_values):
    generator = torch.Generator().manual_seed(n_values)
    values = torch.randint(n_values, (2, 3, 41), generator=generator).float()
    others = torch.randint(n_values, (41,), generator=generator).float()
    assert ranked(values).tolist() == rankdata(values.numpy(), axis=-1).tolist()
    expected = [spearmanr(row, others).statistic for row in values.reshape(6, 41).numpy()]
    assert spearman(values, others).flatten().tolist() == pytest.approx(expected)


def test_a_text_by_hand():
    similarity = torch.zeros(6, 6)
    pairs = [(0, 1), (0, 2), (0, 3), (0, 5), (1, 2), (1, 3), (1, 5), (2, 3), (2, 5), (3, 5)]  # the is no content word
    word_map = torch.zeros(3, 6, 6)
    for rank, (one, other) in enumerate(pairs):
        similarity[one, other] = similarity[other, one] = rank
        word_map[0, one, other], word_map[0, other, one] = 5 * (rank % 2), rank + 5 * (1 - rank % 2)  # the sum follows
        word_map[1, other, one] = -rank
    similarity[4] = word_map[0, 4] = torch.rand(6)
    tally = similarity_tallies(word_map, HENS, similarity)[SIMILAR, None]
    assert tally.counts.hits.tolist() == pytest.approx([1, -1, 0])
    assert tally.counts.n.tolist() == [1, 1, 0]  # the last head gives all pairs the same
    assert tally.share[2].isnan()
    nearer = pd.Series([one - other for one, other in pairs]).rank().corr(pd.Series(range(10)))
    assert tally.rules == {NEARER: pytest.approx(nearer)}
    assert tally.chance == 0


def test_few_words_say_nothing():
    similarity = torch.rand(6, 6)
    few = similarity_tallies(torch.rand(2, 3, 6, 6), HENS, similarity, missing=(1, 2))[
        SIMILAR, None
    ]  # 3 words: 3 pairs
    assert few.share.isnan().all()
    assert few.counts.hits.shape == few.counts.n.shape == (2, 3)
    four = similarity_tallies(torch.rand(2, 3, 6, 6), HENS, similarity, missing=(1,))[SIMILAR, None]  # 6 pairs
    assert four.counts.n.tolist() == [[1] * 3] * 2
    assert similarity_tallies(torch.rand(2, 6, 6), annotated(HENS.text), similarity)[SIMILAR, None].counts.n.sum() == 0


def test_a_planted_head_is_found_and_texts_add_up():
    torch.manual_seed(5)
    tallies = []
    for _ in range(6):
        word_map, similarity = torch.rand(2, 3, 6, 6), cosines(torch.randn(6, 4))
        word_map[0, 1] = (similarity + 1) / 2 + 0.1 * torch.rand(6, 6)
        before = word_map.clone()
        tallies.append(similarity_tallies(word_map, HENS, similarity)[SIMILAR, None])
        assert torch.equal(word_map, before)
    together = pooled(tallies)
    assert divmod(int(together.share.argmax()), 3) == (0, 1)
    assert together.share[0, 1] > 0.8
    torch.testing.assert_close(together.share[0, 1], torch.stack([one.share[0, 1] for one in tallies]).mean())


def test_ratings_of_pairs():
    ratings = torch.tensor([1.0, 7.0, 3.0, 5.0, 5.0])
    maps = torch.zeros(5, 2, 3, 2, 2)
    maps[:, 1, 2, 0, 1] = maps[:, 1, 2, 1, 0] = ratings / 20
    maps[:, 0, 0, 1, 0] = -ratings
    attention = pair_attention(maps)
    found = rating_correlation(attention, ratings)
    assert found.shape == (2, 3)
    assert (found[1, 2].item(), found[0, 0].item()) == (pytest.approx(1), pytest.approx(-1))
    assert found[0, 1].isnan()
    assert rating_correlation(ratings**3, ratings).item() == pytest.approx(1)  # one number a pair: embeddings
    low, high = rating_interval(attention, ratings, draws=60)
    assert (low[1, 2].item(), high[0, 0].item()) == (pytest.approx(1), pytest.approx(-1))
    assert low[0, 1].isnan()


def test_the_interval_of_ratings():
    generator = torch.Generator().manual_seed(3)
    ratings = torch.randn(97, generator=generator)
    noise = torch.randn(97, 2, generator=generator)
    attention = torch.stack([ratings + noise[:, 0], noise[:, 1]], dim=1)
    value = rating_correlation(attention, ratings)
    low, high = rating_interval(attention, ratings, draws=300)
    assert ((low < value) & (value < high)).all()
    assert low[0] > 0 > low[1]
    # About 1 / √(n - 3) to each side, less where the correlation is high.
    assert (high - low)[1].item() == pytest.approx(2 * 1.96 / 94**0.5, rel=0.2)
    assert (high - low)[0] < (high - low)[1]
    again = rating_interval(attention, ratings, draws=300)
    assert torch.equal(again[0], low)


def test_vectors_of_words_are_the_mean_over_their_pieces():
    model = model_from(make(*TEXT["bert"]), tokenizer(), name="bert")
    found = capture(model, "the cat sat")
    one = annotated("the cat sat")
    positions = found.query_positions["encoder"]
    pieces = pieces_of_words(positions, one)
    table = model.network.get_input_embeddings().weight.detach()
    vectors = word_vectors(model, positions, (*pieces[:1], (*pieces[1], *pieces[2]), ()))
    ids = positions.ids
    torch.testing.assert_close(vectors[0], table[[ids[i] for i in pieces[0]]].mean(dim=0))
    torch.testing.assert_close(vectors[1], table[[ids[i] for i in (*pieces[1], *pieces[2])]].mean(dim=0))
    assert not vectors[2].any()
    close = cosines(vectors)
    assert close[0, 0].item() == pytest.approx(1)
    assert close[0, 1].item() == pytest.approx(torch.cosine_similarity(vectors[0], vectors[1], dim=0).item(), abs=1e-6)
    assert close[0, 2] == 0


def test_a_model_without_a_table_is_refused():
    class Network:
        def get_input_embeddings(self):
            return torch.nn.Conv2d(3, 5, 2)

    with pytest.raises(ModelError, match="vit has no table of word embeddings"):
        word_vectors(Model("vit", Network(), None, "interface"), None, ())


def test_ratings_are_read(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("tiger\tcat\t7.35\n\nNew York\tcity\t8\n", encoding="utf-8")
    one, two = read_ratings(path)
    assert (one.first, one.second, one.rating) == ("tiger", "cat", 7.35)
    assert two.source.endswith("line 3")
    text = two.annotated
    assert text.text == "New York city"
    assert [text.text[slice(*span)] for span in text.spans] == list(text.words) == ["New York", "city"]


@pytest.mark.parametrize("line", ["tiger\tcat", "tiger\tcat\tmuch", "tiger\t\t3", "tiger\tcat\tnan", "a\tb\t1\t2"])
def test_what_is_no_rating_is_refused(tmp_path, line):
    path = tmp_path / "pairs.txt"
    path.write_text(f"tiger\tcat\t7.35\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: this is not two words and a number"):
        list(read_ratings(path))
