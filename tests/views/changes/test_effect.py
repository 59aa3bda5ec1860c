"""The picture of an effect: rows, ends of the scale, and the sentence for each thing that can be asked."""

import math
import sys

import pandas as pd
import pytest

from mha_viz.comparison.trials import HOWS, Asks, Hows, Trial
from mha_viz.recording.capture import capture
from mha_viz.views.changes.effect import (
    MOST_ROWS,
    effect_facts,
    effect_picture,
    effect_sentence,
    trial_in_words,
)
from mha_viz.views.changes.every_head import importance_picture
from mha_viz.wording import in_digits
from tests.support.networks.families import text_model
from tests.support.pages.drawn import opened

TRIAL = Trial(((3, 1),), "encoder")
FACTS = {"model": "tiny", "text": "the cat"}


def table(what, before, after, **columns):
    frame = pd.DataFrame({"what": what, "before": before, "after": after})
    if frame["before"].dtype == float:
        frame["difference"] = frame["after"] - frame["before"]
    return frame.assign(change="zero L3 H1", way="noising", **columns)


def drawn(rows, ask, trial=TRIAL):
    return opened(effect_picture(rows, trial, ask, FACTS))


def plain(text):
    return text.replace("\u2068", "").replace("\u2069", "")


def test_next_words_lose_the_space_before_them_unless_two_would_then_be_alike():
    rows = table([" the", "the", " a"], [0.5, 0.25, 0.125], [0.25, 0.5, 0.0])
    header, arrays = drawn(rows, Asks.next_word)
    assert list(map(plain, header["rows"])) == ["“␣the”", "“the”", "“a”"]
    assert (header["unit"], header["low"], header["high"], header["has_before"]) == ("share", 0.0, 0.5, True)
    assert arrays["before"].tolist() == [0.5, 0.25, 0.125]
    assert arrays["after"].tolist() == [0.25, 0.5, 0.0]
    assert plain(header["caption"]) == (
        "Without L3 H1, the likeliest is “the” (25 % before, 50 % now) in place of “the” (50 % before, 25 % now)."
    )
    header, _ = drawn(table(["\n", " "], [0.5, 0.25], [0.5, 0.25]), Asks.next_word)
    assert list(map(plain, header["rows"])) == ["“⏎”", "“␣”"]
    stays = table([" cat", " mat"], [0.5, 0.25], [0.75, 0.125])
    assert plain(effect_sentence(stays, TRIAL, Asks.next_word)).endswith(
        "“cat” stays the likeliest: 50 % before, 75 % now."
    )


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ([0.25, 0.5], "Without L3 H1, “owl” stays the likeliest class: 75 % before, 50 % now"),
        ([0.75, 0.25], "Without L3 H1, the likeliest class is “cat” (25 % before, 75 % now) in place of “owl” (75 % "
                       "before, 25 % now)"),
        ([1.0, 0.0], "Without L3 H1, the likeliest class is “cat”"),
    ],
)  # fmt: skip
def test_of_classes_the_likeliest_is_named_and_what_becomes_of_its_log_probability(after, said):
    header, arrays = drawn(table(["cat", "owl"], [0.25, 0.75], after), Asks.classes)
    assert plain(header["caption"]).startswith(said)
    nats = math.log(after[1] or sys.float_info.min) - math.log(0.75)  # of what has no share left, the least number
    assert f"log-probability changes by {in_digits(nats, sign=True)} nats" in plain(header["caption"])
    assert (header["rows"], header["unit"], header["has_before"]) == (["cat", "owl"], "share", True)
    assert arrays["after"].tolist() == after


def test_what_turns_in_a_picture_is_called_a_patch():
    facts = {**FACTS, "picture": "9 × 9 pixels"}
    for what, called in (("13, 15", "patch 13, 15"), ("CLS", "CLS")):
        rows = table([what, "0, 0"], [1.0, 1.0], [0.5, 0.75])
        header, _ = opened(effect_picture(rows, TRIAL, Asks.vectors, facts, of_patches=True, most=1))
        assert f"the vector of {called} turns most" in plain(header["caption"])
        assert "the mean over all positions" in header["caption"]
        assert "Of 2 positions, the 1 that turn most" in header["note"]
        assert header["label"].startswith("How far the vector of each patch turns, ")


def test_numbers_below_zero_widen_the_scale():
    rows = table(["logit of “a” − “b”"], [1.5], [-0.25])
    header, _ = drawn(rows, Asks.two_words)
    assert (header["low"], header["high"]) == (-0.25, 1.5)
    assert header["caption"] == "Without L3 H1, the logit of “a” − “b” goes from 1.500 to −0.250 (−1.750)."


def test_vectors_are_drawn_by_how_far_they_turn_and_of_a_long_text_those_that_turn_most():
    n = MOST_ROWS + 7
    rows = table([f"w{i}" for i in range(n)], [1.0] * n, [1.0 - i / 1000 for i in range(n)])
    header, arrays = drawn(rows, Asks.vectors)
    assert header["rows"] == [f"w{i}" for i in range(7, n)]
    assert arrays["after"].tolist() == pytest.approx([i / 1000 for i in range(7, n)], abs=1e-6)
    assert not header["has_before"]
    assert f"Of {n} tokens, the {MOST_ROWS} that turn most." in header["note"]
    assert plain(header["caption"]) == (
        f"Without L3 H1, the vector of “w{n - 1}” turns most (1 − cosine {(n - 1) / 1000:.3f}); "
        f"the mean over all tokens is {(n - 1) / 2000:.3f}."
    )


def test_a_continuation_is_text_and_has_no_bars():
    rows = table(["continuation"], [" and slept"], [" and ate"], difference=1.0)
    header, arrays = drawn(rows, Asks.go_on)
    assert header["rows"] == []
    assert arrays["before"].size == 0
    assert plain(header["caption"]) == "Without L3 H1, it goes on “ and ate” not “ and slept”."
    same = table(["continuation"], [" and slept"], [" and slept"], difference=0.0)
    assert plain(effect_sentence(same, TRIAL, Asks.go_on)).endswith("the model goes on as before: “ and slept”.")


@pytest.mark.parametrize("how", HOWS)
def test_every_change_has_words(how):
    words = trial_in_words(Trial(((3, 1), (0, 2)), "encoder", how, other="a dog", edges=((1, 0),)))
    assert "L3 H1, L0 H2" in words
    assert ("a dog" in words) == (how == Hows.patch)


def test_facts_say_what_was_changed_and_what_was_asked():
    seen = capture(text_model("bert")[1], "the cat sat")
    facts = effect_facts(seen, Trial(((1, 2),), "encoder", Hows.patch, "the dog sat"), Asks.vectors)
    assert facts["heads changed"] == ["L1 H2"]
    assert (facts["how"], facts["taken from"], facts["asked"]) == (Hows.patch, "the dog sat", Asks.vectors)
    assert "taken from" not in effect_facts(seen, Trial(((1, 2),), "encoder", other="x"), Asks.vectors)


def test_every_head_alone_is_drawn_as_far_as_it_is_known():
    nan = float("nan")
    rows = pd.DataFrame(
        {
            "layer": [2, 2, 2, 5, 5], "head": [0, 1, 2, 0, 2], "total": [0.5, -2.0, 0.25, nan, nan],
            "direct": [nan, nan, -0.0034, nan, nan], "estimate": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )  # fmt: skip
    header, arrays = opened(
        importance_picture(rows, "total", chosen=(5, 2), asked="loss", how="remove", facts={"model": "tiny"})
    )
    assert (header["layers"], header["rows"], header["columns"], header["chosen"]) == ([2, 5], 2, 3, 5)
    assert arrays["value"].tolist()[:3] == [0.5, -2.0, 0.25]
    assert not pd.notna(arrays["value"][3:]).any()
    assert header["caption"] == (
        "Taking out L2 H1 alone changes it most of the 3 of 5 heads that are done: loss by −2.000."
    )
    assert (header["low_end"], header["high_end"]) == (-2.0, 2.0)
    said = [header["whats"][int(i)] for i in arrays["what"]]  # of every head all effects that are known, side by side
    assert said == [
        "total +0.500, estimate +1.000", "total −2.000, estimate +2.000",
        "total +0.250, direct −0.0034, estimate +3.000", "estimate +4.000", "", "estimate +5.000",
    ]  # fmt: skip


def test_a_mean_is_not_said_to_be_a_head_taken_out():
    rows = pd.DataFrame({"layer": [2, 2], "head": [0, 1], "total": [0.5, -2.0]})
    header, _ = opened(
        importance_picture(rows, "total", chosen=(2, 0), asked="loss", how=Hows.mean, facts={"model": "tiny"})
    )
    assert header["caption"] == "Setting L2 H1 alone to its mean changes it most: loss by −2.000."
