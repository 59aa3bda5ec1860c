"""Pronouns and their candidates, and twins, by hand."""

from dataclasses import replace

import pytest
import torch

from mha_viz.annotation.annotated import Annotated, Link, with_words, words_inside
from mha_viz.errors import InputError
from mha_viz.scores.counting import pooled
from mha_viz.scores.families.twins import TO_NAME, answer_link, link_attention, name_tallies, twin_tally, twin_units
from tests.support.texts.annotating import looking

CUP = "The cup broke the old jar since it was "
#      0   1   2     3   4   5   6     7  8


def twin(end, answer, group="g", text=CUP):
    """The cup, or the old jar."""
    text += end
    at = text.index(" it ") + 1
    return with_words(Annotated(text, links=(Link((at, at + 2), ((0, 7), (14, 25)), answer, group),)))


def answers(texts, *rows, **settings):
    """What heads answer that give (The, cup, the, old, jar) so much attention: a row a text, a tuple a head."""
    maps = [
        looking(len(one), *({7: dict(zip((0, 1, 3, 4, 5), given, strict=True))} for given in row))
        for one, row in zip(texts, rows, strict=True)
    ]
    return [answer_link(word_map, one, one.links[0], **settings) for word_map, one in zip(maps, texts, strict=True)]


TO_CUP, TO_JAR, TO_THE = (0.1, 0.4, 0.1, 0.1, 0.1), (0.1, 0.1, 0.1, 0.1, 0.1), (0.0, 0.3, 0.2, 0.2, 0.0)


def test_words_of_a_text_and_of_its_ranges():
    one = twin("hard", 0)
    assert one.words == ("The", "cup", "broke", "the", "old", "jar", "since", "it", "was", "hard")
    assert [words_inside(one, span) for span in (one.links[0].pronoun, *one.links[0].candidates)] == [
        (7,), (0, 1), (3, 4, 5),
    ]  # fmt: skip
    assert with_words(one) is one
    short = with_words(Annotated("When it's late."))
    assert words_inside(short, (5, 7)) == (1,)  # it, of it's
    assert words_inside(short, (10, 14)) == (2,)  # and not the sign after it


def test_attention_to_a_candidate_is_the_sum_over_its_words():
    one = twin("hard", None)
    word_map = looking(10, {7: {0: 0.1, 1: 0.4, 3: 0.2, 4: 0.2, 5: 0.2, 8: 0.9}}, {2: {1: 1.0}})
    torch.testing.assert_close(link_attention(word_map, one, one.links[0]), torch.tensor([[0.5, 0.6], [0.0, 0.0]]))
    wide = replace(one.links[0], pronoun=(32, 38), candidates=((0, 7), (26, 38)))  # "it was", "since it was"
    word_map[0, 8, 0], word_map[0, 8, 6], word_map[0, 8, 7] = 0.3, 0.2, 0.5
    # The mean of two rows, and nothing that stands in the pronoun itself.
    torch.testing.assert_close(link_attention(word_map, one, wide)[0], torch.tensor([0.4, 0.1]))


def test_answers_rules_and_chance():
    one = twin("hard", 1)
    (found,) = answers([one], (TO_CUP, TO_JAR, TO_THE, (0.0,) * 5))
    assert found.right.tolist() == [False, True, True, False]  # nothing to any candidate is wrong
    assert found.rules == {"nearest candidate": True, "first candidate": False}
    assert found.chance == 0.5
    (turned,) = answers([twin("hard", 0)], (TO_CUP, TO_JAR, TO_THE, (0.0,) * 5))
    assert turned.right.tolist() == [True, False, False, False]
    with pytest.raises(InputError, match="no right candidate"):
        answers([twin("hard", None)], (TO_CUP,))


def test_what_cannot_be_looked_at_is_no_candidate():
    text = with_words(
        Annotated("When it fell the cup hit the jar", links=(Link((5, 7), ((13, 20), (25, 32)), 1, "g"),))
    )
    word_map = looking(8, {1: {7: 0.5}})
    both = answer_link(word_map, text, text.links[0])
    assert (both.right.tolist(), both.rules) == ([True], {"nearest candidate": False, "first candidate": False})
    for settings in ({"is_causal": True}, {"missing": (1,)}, {"missing": (6, 7)}):
        assert not answer_link(word_map, text, text.links[0], **settings).can_be_asked
    assert not answer_link(word_map, text, text.links[0], missing=(3, 4)).can_be_asked  # one is no choice
    half = answer_link(word_map, text, text.links[0], missing=(3, 6))
    assert (half.can_be_asked, half.chance) == (True, 0.5)


def test_a_group_is_right_where_every_text_is():
    texts = [twin("weak", 1), twin("hard", 0), twin("thin", 1)]
    heads = [(TO_JAR, TO_JAR, TO_CUP), (TO_CUP, TO_JAR, TO_CUP), (TO_JAR, TO_JAR, TO_JAR)]
    for n, chance in ((2, 1 / 4), (3, 1 / 8)):
        tally = twin_tally(texts[:n], answers(texts[:n], *heads[:n]))
        assert tally.counts.hits.tolist() == [1, 0, 0]
        assert tally.counts.n.tolist() == [1, 1, 1]
        assert (tally.chance, tally.left_out) == (chance, 0)
        assert tally.rules == {"nearest candidate": 0, "first candidate": 0}  # right in one, wrong in the other
    same = [twin("weak", 1), twin("thin", 1)]
    tally = twin_tally(same, answers(same, (TO_JAR,), (TO_JAR,)))
    assert tally.rules == {"nearest candidate": 1, "first candidate": 0}


def test_twins_that_differ_after_the_pronoun_are_left_out_of_causal_models():
    after = [twin("weak", 1), twin("hard", 0)]
    before = [twin("weak", 1), twin("weak", 0, text=CUP.replace("broke", "hit  "))]
    rows = ((TO_JAR,), (TO_CUP,))
    for texts, left_out in ((after, 1), (before, 0)):
        tally = twin_tally(texts, answers(texts, *rows, is_causal=True), is_causal=True)
        assert (tally.left_out, tally.counts.n.tolist(), tally.counts.hits.tolist()) == (
            left_out, [1 - left_out], [1 - left_out],
        )  # fmt: skip
        assert tally.share.isnan().all() == bool(left_out)
    same = [twin("weak", 1), twin("thin", 1)]
    assert twin_tally(same, answers(same, (TO_JAR,), (TO_JAR,)), is_causal=True).left_out == 0  # the answer is one


def test_groups_that_are_none():
    texts = [twin("weak", 1), twin("hard", 0)]
    found = answers(texts, (TO_JAR,), (TO_CUP,))
    assert twin_tally(texts[:1], found[:1]).left_out == 1  # no twin
    assert twin_tally(texts, [found[0], replace(found[1], can_be_asked=False)]).left_out == 1
    with pytest.raises(InputError, match="no twins of each other: g, h"):
        twin_tally([texts[0], twin("hard", 0, "h")], found)
    with pytest.raises(InputError, match="one pronoun"):
        twin_tally([texts[0], twin("hard", None)], found)


def one_link(text, first, second, pronoun, group):
    places = [(text.index(word), text.index(word) + len(word)) for word in (first, second, f" {pronoun} ")]
    (begin, end) = places.pop()
    return with_words(Annotated(text, links=(Link((begin + 1, end - 1), tuple(places), 0, group),)))


def test_groups_about_the_same_candidates_or_in_the_same_sentence_are_one_unit():
    cook, guest, nurse = "The cook", "the guest", "the nurse"
    groups = {
        "a": [one_link("The cook told the guest that he was late.", cook, guest, "he", "a")],
        "b": [one_link("The cook told someone that she was late.", cook, "someone", "she", "b")],  # as a, another guest
        "c": [one_link("Yesterday the guest and The cook met as they ate.", cook, guest, "they", "c")],  # as a, who
        "d": [one_link("The cook told the nurse that he was early.", cook, nurse, "he", "d")],  # neither
        "e": [one_link("The cook told someone that he left.", cook, "someone", "he", "e")],  # as b, who
    }
    assert twin_units(groups) == {
        "a": "the cook | the guest", "b": "the cook | the guest", "c": "the cook | the guest",
        "d": "the cook | the nurse", "e": "the cook | the guest",
    }  # fmt: skip
    between = {name: groups[name] for name in ("b", "c", "d", "a")}  # a joins b and c, which had nothing in common
    units = twin_units(between)
    assert units["a"] == units["b"] == units["c"] == "someone | the cook"
    assert units["d"] == "the cook | the nurse"


def test_names_of_a_text():
    one = twin("weak", 1)
    link = one.links[0]
    three = replace(one, links=(link, replace(link, answer=None), replace(link, answer=0)))
    word_map = looking(10, {7: {1: 0.5}}, {7: {3: 0.5}}).unflatten(0, (1, 2))
    (tally,) = name_tallies(word_map, three).values()
    assert tally.counts.hits.tolist() == [[1, 1]]  # each is right for one of the two
    assert tally.counts.n.tolist() == [[2, 2]]
    assert (tally.chance, tally.left_out) == (1.0, 0)
    assert name_tallies(word_map, replace(one, links=(replace(link, answer=None),))) == {}
    (none,) = name_tallies(word_map, three, missing=(7,)).values()
    assert (none.left_out, none.share.isnan().all()) == (2, True)
    both = pooled([name_tallies(word_map, three)[TO_NAME, None], none])
    assert (both.counts.n.tolist(), both.left_out, both.rules["nearest candidate"]) == ([[2, 2]], 2, 1)


def test_a_planted_head_among_others_and_nothing_is_changed():
    torch.manual_seed(1)
    groups = []
    for group in range(11):
        texts = [twin("weak", 1, str(group)), twin("hard", 0, str(group))]
        maps = [torch.rand(2, 3, 10, 10) for _ in texts]
        for word_map, text in zip(maps, texts, strict=True):
            word_map[1, 2, 7, words_inside(text, text.links[0].candidates[text.links[0].answer])[-1]] = 5.0
        before = [word_map.clone() for word_map in maps]
        found = [answer_link(word_map, one, one.links[0]) for word_map, one in zip(maps, texts, strict=True)]
        assert all(map(torch.equal, maps, before))
        groups.append(twin_tally(texts, found))
    tally = pooled(groups)
    assert tally.share[1, 2] == 1
    assert divmod(int(tally.share.argmax()), 3) == (1, 2)
    assert tally.chance == 11 / 4
