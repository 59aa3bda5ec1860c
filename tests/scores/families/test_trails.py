"""What later mentions of a name give to the first: by hand, against whole patterns, and as the browser gets it."""

import math

import numpy as np
import pandas as pd
import pytest
import torch

from mha_viz.annotation.annotated import Annotated
from mha_viz.annotation.english.names import guess_names
from mha_viz.annotation.names import Returning, returning_names, words_of_names
from mha_viz.attention.maps import pattern
from mha_viz.errors import InputError
from mha_viz.inputs.words import word_spans
from mha_viz.objects import AttentionCall, Capture, Positions
from mha_viz.recording.capture import capture
from mha_viz.scores.families import trails
from mha_viz.scores.families.trails import best_trails, name_trail
from mha_viz.views.trail import trail_picture, trail_rows
from mha_viz.wording import in_percent
from tests.support.networks.families import text_model
from tests.support.pages.drawn import opened

# Words:   0   1    2     3      4  5    6   7    8   9     10 11  12   13
TEXT = "And then Maria Lopez , old and ill , came . Lopez met Maria"
# Tokens, one a word but for these; token 0 is special, word 6 ("and") owns none: its token begins in word 5.
MENTIONS = ((2, 4), (11, 12), (13, 14))


def annotated_text(text=TEXT):
    spans = tuple(word_spans(text))
    return Annotated(text, tuple(text[begin:end] for begin, end in spans), spans)


def tokens():
    """[CLS], then a token a word; "Lopez" is two, and "old and" one."""
    spans = [None]
    for i, (begin, end) in enumerate(word_spans(TEXT)):
        if i in (3, 11):
            spans += [(begin, begin + 2), (begin + 2, end)]
        elif i == 5:
            spans.append((begin, end + 4))
        elif i != 6:
            spans.append((begin, end))
    labels = tuple("[CLS]" if span is None else TEXT[slice(*span)] for span in spans)
    return Positions((0,) * len(spans), labels, (True, *[False] * (len(spans) - 1)), tuple(spans), TEXT)


PIECES = {0: (1,), 1: (2,), 2: (3,), 3: (4, 5), 4: (6,), 5: (7,), 6: (), 7: (8,), 8: (9,), 9: (10,), 10: (11,),
          11: (12, 13), 12: (14,), 13: (15,)}  # fmt: skip


def made(maps, kind):
    """A capture of the text whose patterns are these, (layer, head, query, key)."""
    calls = tuple(AttentionCall(i, kind, seen_pattern=one) for i, one in enumerate(maps))
    return Capture("made", "ab" * 32, TEXT, None, calls, {kind: tokens()}, {kind: tokens()})


def drawn(kind):
    maps = torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(5)).mul(2)
    if kind == "decoder":
        maps = maps.masked_fill(torch.ones(16, 16, dtype=torch.bool).triu(1), -torch.inf)
    return maps.softmax(dim=-1)


def row_of(table, layer, head, mention):
    of_head = table[(table["layer"] == layer) & (table["head"] == head)]
    (row,) = of_head[of_head["mention"] == mention].to_dict("records")
    return row


def test_a_planted_head_by_hand():
    maps = torch.zeros(1, 2, 16, 16)
    maps[0, 1, 12, [3, 4, 5]] = torch.tensor([0.5, 0.2, 0.1])  # "Lo" of the second mention: 0.8
    maps[0, 1, 13, [4, 2]] = torch.tensor([0.4, 0.6])  # "pez": 0.4
    maps[0, 1, 15, [3, 12]] = torch.tensor([0.25, 0.75])  # "Maria": 0.25
    maps[0, 1, [8, 10], 3] = torch.tensor([0.6, 0.3])  # ordinary words before: ill, came; old gives nothing
    maps[0, 1, 14, 5] = 0.3  # met, after "Lopez" and before "Maria"
    table = name_trail(made(maps, "decoder"), annotated_text(), MENTIONS)
    assert list(table.columns) == list(trails.COLUMNS)
    assert len(table) == 2 * 2
    second, third = row_of(table, 0, 1, 1), row_of(table, 0, 1, 2)
    assert (second["position"], third["position"]) == (12, 15)
    assert second["attention"] == pytest.approx((0.8 + 0.4) / 2)
    assert second["ordinary"] == pytest.approx((0.6 + 0.3 + 0.0 + 0.3) / 4)  # ill, came, old; met
    assert second["even"] == pytest.approx(2 / 10)  # of eleven words before it one owns no token
    assert second["earlier"] == second["attention"]
    assert third["attention"] == pytest.approx(0.25)
    assert third["earlier"] == pytest.approx(0.25 + 0.75)  # "Lo" of the second mention too
    assert third["ordinary"] == pytest.approx((0.3 + 0.3 + 0.6) / 3)  # met, came, ill; nothing follows
    assert third["even"] == pytest.approx(2 / 12)
    assert row_of(table, 0, 0, 1)["attention"] == 0.0
    best = best_trails(table)
    assert list(best.columns) == ["layer", "head", "n", "attention", "earlier", "ordinary", "even", "gain"]
    assert best[["layer", "head", "n"]].iloc[0].tolist() == [0, 1, 2]
    assert best["gain"][0] == pytest.approx((0.6 - 0.3 + 0.25 - 0.4) / 2)
    assert best["gain"][1] == 0.0


def test_an_encoder_looks_at_every_other_word_and_ordinary_words_stand_on_both_sides():
    maps = torch.zeros(1, 1, 16, 16)
    maps[0, 0, [1, 2], 3] = torch.tensor([0.4, 0.2])  # And, then: before the first mention
    table = name_trail(made(maps, "encoder"), annotated_text(), ((2, 4), (5, 6), (13, 14)))
    near = row_of(table, 0, 0, 1)
    assert near["ordinary"] == pytest.approx((0.4 + 0.2) / 5)  # then, And; ill, came, Lopez
    assert near["even"] == pytest.approx(2 / 12)  # of the thirteen words with a token one is the mention
    ahead = name_trail(made(maps, "decoder"), annotated_text(), ((2, 4), (5, 6)))
    assert row_of(ahead, 0, 0, 1)["ordinary"] == 0.0  # before the first mention nothing can look at it
    alone = name_trail(made(maps, "encoder"), annotated_text(), ((2, 4), (5, 6)), names=range(14))
    assert math.isnan(row_of(alone, 0, 0, 1)["ordinary"])


def expected(whole, kind, mention):
    """The four numbers of a head's whole pattern, in plain loops."""
    first = [key for word in range(*MENTIONS[0]) for key in PIECES[word]]
    earlier = [key for span in MENTIONS[:mention] for word in range(*span) for key in PIECES[word]]

    def to_first(rows, keys=first):
        return sum(sum(whole[row][key] for key in keys) for row in rows) / len(rows)

    begin, end = MENTIONS[mention]
    plain = {"decoder": [5, 7, 9, 12], "encoder": [0, 1, 5, 7, 9, 12]}[kind]
    near = [i for i in plain if i < begin][-3:] + [i for i in plain if i >= end][:3]
    seen = sum(1 for i in PIECES if PIECES[i] and (i < begin if kind == "decoder" else i not in range(begin, end)))
    rows = [row for word in range(begin, end) for row in PIECES[word]]
    return to_first(rows), to_first(rows, earlier), sum(to_first(PIECES[i]) for i in near) / len(near), 2 / seen


@pytest.mark.parametrize("kind", ["encoder", "decoder"])
@pytest.mark.parametrize("block", [1, 100, 2**21])
def test_every_head_as_whole_patterns_say(kind, block, monkeypatch):
    monkeypatch.setattr(trails, "BLOCK", block)
    maps = drawn(kind)
    table = name_trail(made(maps, kind), annotated_text(), MENTIONS)
    assert len(table) == 2 * 3 * 2
    for row in table.itertuples():
        numbers = expected(maps[row.layer, row.head].tolist(), kind, row.mention)
        assert (row.attention, row.earlier, row.ordinary, row.even) == pytest.approx(numbers, abs=1e-6)


@pytest.mark.parametrize("name", ["bert", "llama", "gpt-oss", "mistral"])
def test_rows_of_a_network_are_those_of_its_patterns(name):
    found = capture(text_model(name)[1], "the cat sat on a mat because it was tired and the cat ran")
    annotated = annotated_text(found.text)
    shift = int(found.query_positions[found.kinds[0]].is_special[0])
    told = []
    table = name_trail(found, annotated, ((1, 2), (12, 13)), progress=told.append)
    assert told == [0.5, 1.0]
    for layer in range(2):
        whole = pattern(found, layer)[:, 12 + shift, 1 + shift]
        rows = table[table["layer"] == layer]
        assert torch.tensor(rows["attention"].to_numpy()) == pytest.approx(whole, abs=1e-5)
    assert best_trails(table)["n"].eq(1).all()


@pytest.mark.parametrize(("most", "computed"), [(100, [3 + 4]), (5, [6, 4])])
def test_only_the_rows_that_are_shown_are_computed_some_at_a_time(most, computed, monkeypatch):
    seen = []
    monkeypatch.setattr(trails, "BLOCK", most * 3 * 16)
    monkeypatch.setattr(trails, "call_pattern", lambda call: seen.append(call.n_query) or call.seen_pattern)
    name_trail(made(drawn("decoder"), "decoder"), annotated_text(), MENTIONS)
    assert seen == computed * 2  # the tokens of the later mentions; old, ill, came, met


def test_what_makes_no_trail_is_refused():
    found = made(drawn("encoder"), "encoder")
    with pytest.raises(InputError, match="two mentions"):
        name_trail(found, annotated_text(), ((2, 4), (6, 7)))  # "and" owns no token
    with pytest.raises(InputError, match="annotation"):
        name_trail(found, annotated_text("another text"), ((0, 1), (1, 2)))
    with pytest.raises(InputError, match="encoder"):
        name_trail(found, annotated_text(), MENTIONS, kind="decoder")


def test_the_clearest_trail_is_the_one_furthest_above_ordinary_words():
    nan = float("nan")
    rows = [
        (0, 0, 1, 0.9, 0.8, 0.1), (0, 0, 2, 0.7, 0.8, 0.3),  # whoever asks: no gain
        (1, 2, 1, 0.5, 0.1, 0.1), (1, 2, 2, 0.1, nan, 0.3),  # 0.4 on the one that can be compared
        (2, 1, 1, 0.7, nan, 0.1), (2, 1, 2, 0.5, nan, 0.3),  # above an even choice: 0.4
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["layer", "head", "mention", "attention", "ordinary", "even"]).assign(
        earlier=0.9
    )
    best = best_trails(table)
    assert best[["layer", "head"]].values.tolist() == [[1, 2], [2, 1], [0, 0]]
    assert best["gain"].tolist() == pytest.approx([0.4, 0.4, 0.0])
    assert best["attention"].tolist() == pytest.approx([0.3, 0.6, 0.8])
    assert best["ordinary"].tolist() == pytest.approx([0.1, nan, 0.8], nan_ok=True)


# ---- what the browser gets -------------------------------------------------------------------------------------------

STORY = "🙂 We met Ann Lee in Rome. Lee <b>said</b> that Rome is 好, and Ann left."


def pictured(head=0, kind="encoder", n_heads=7):
    """The trail of Ann Lee in a capture in which every token is a word."""
    annotated = guess_names(STORY)
    n = len(annotated)
    positions = Positions((0,) * n, annotated.words, (False,) * n, annotated.spans, STORY)
    maps = torch.randn(1, n_heads, n, n, generator=torch.Generator().manual_seed(1)).softmax(dim=-1)
    call = AttentionCall(0, kind, seen_pattern=maps[0])
    found = Capture("made", "ab" * 32, STORY, None, (call,), {kind: positions}, {kind: positions})
    names = returning_names(annotated)
    table = name_trail(found, annotated, names[0].mentions, names=words_of_names(annotated))
    best = best_trails(table)
    facts = {"model": "made", "text": STORY, "attention": kind}
    view = trail_picture(found, annotated, names, 0, table, best, head=head, kind=kind, facts=facts)
    return (*opened(view), table, best, annotated, names)


def test_the_text_travels_in_pieces_with_its_names():
    header, _, _, _, _, names = pictured()
    assert [one.name for one in names] == ["Ann Lee", "Rome"]
    assert "".join(text for text, _, _ in header["segments"]) == STORY
    assert [one for one in header["segments"] if one[1] >= 0] == [
        ["Ann Lee", 0, 0], ["Rome", 1, 0], ["Lee", 0, 1], ["Rome", 1, 1], ["Ann", 0, 2],
    ]  # fmt: skip
    assert header["names"] == [{"name": "Ann Lee", "n": 3}, {"name": "Rome", "n": 2}]
    assert (header["kind"], header["chosen"], header["n_words"]) == ("trail", 0, 17)
    assert header["words"] == [3, 7, 16]  # signs, the smiling one too, are no words
    assert "capital letters" in header["note"]


def test_five_heads_travel_with_exact_numbers_and_a_sentence_each():
    header, arrays, table, best, annotated, names = pictured(head=2)
    assert header["heads"] == best[["layer", "head"]].head(5).values.tolist()
    assert header["head"] == 2
    values = arrays["attention"].reshape(5, 3)
    assert np.isnan(values[:, 0]).all()
    for i, (layer, head) in enumerate(header["heads"]):
        for mention in (1, 2):
            assert values[i, mention] == np.float32(row_of(table, layer, head, mention)["attention"])
    assert header["means"][1] == best.loc[1, ["attention", "ordinary"]].tolist()
    attention, earlier, ordinary = (in_percent(best[name][0]) for name in ("attention", "earlier", "ordinary"))
    assert header["sentences"][0] == (
        f"In L0 H{best['head'][0]} of made, on average, later mentions of “Ann Lee” give {attention} of their "
        f"attention to the first mention and {earlier} to all earlier mentions together; ordinary words at those "
        f"places give the first {ordinary}."
    )
    assert arrays["places"].tolist() == pytest.approx([(b + e) / 2 / len(annotated) for b, e in names[0].mentions])


def test_a_model_with_few_heads_and_one_later_mention():
    header, _, _, best, _, _ = pictured(kind="decoder", n_heads=3)
    assert len(header["heads"]) == len(best) == 3
    assert "of 3 heads the 3" in header["note"]
    assert "words before each mention" in header["note"]
    annotated = annotated_text()
    table = name_trail(made(drawn("decoder"), "decoder"), annotated, MENTIONS[:2])
    view = trail_picture(
        made(drawn("decoder"), "decoder"), annotated, [Returning("Lopez", MENTIONS[:2])], 0, table,
        best_trails(table.assign(ordinary=float("nan"))), kind="decoder", facts={"model": "made"},
    )  # fmt: skip
    sentence = opened(view)[0]["sentences"][0]
    assert "the later mention of “Lopez” gives" in sentence
    assert sentence.endswith("% of its attention to the first mention.")


def test_the_table_for_exports_says_how_mentions_are_spelled():
    _, _, table, _, annotated, names = pictured()
    rows = trail_rows(table, annotated, names[0])
    assert rows[rows["head"] == 6][["mention", "spelled"]].values.tolist() == [[1, "Lee"], [2, "Ann"]]
    assert list(rows.columns) == [*trails.COLUMNS, "word", "spelled"]
