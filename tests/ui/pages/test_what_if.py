"""The view What if: which heads are changed and how, what is asked, and what stands beside the effect."""

import time

import pytest
import transformers as hf

from mha_viz.comparison import changed
from mha_viz.comparison.asks import LogitDifference, Loss, NextWord, Vectors
from mha_viz.comparison.effects import effect, pattern_changes
from mha_viz.evidence.importance.importance import importance
from mha_viz.evidence.importance.pruning import pruning_curve
from mha_viz.evidence.importance.single_heads import question_of
from mha_viz.models.load import load_model
from mha_viz.recording.interventions.changes import Cut, From, Pattern, Zero
from mha_viz.ui.pages.explore import explore
from mha_viz.ui.pages.explore import what_if as page
from mha_viz.wording import quoted
from tests.support.networks.families import TEXT, make, tokenizer
from tests.support.pages import drawn
from tests.support.pages.pages import opened, sound, view, whole_view

pytestmark = pytest.mark.usefixtures("no_parser")
PAGE = "pages/Explore.py"
STORY, OTHER = "the cat sat on a mat", "the dog sat on a mat"
THIRD = "his old dog ran home"  # of which nothing was measured before
HEAD = {"layer": "0", "head": "1"}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("encoder"), make(*TEXT["bert"]), ends=True)


@pytest.fixture(scope="module")
def causal(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("causal"), make(hf.LlamaForCausalLM, TEXT["llama"][1]), ends=False)


def saved(place, network, *, ends):
    network.save_pretrained(place)
    tokenizer(ends=ends).save_pretrained(place)
    return str(place)


def what_if(model, **link):
    return sound(opened(PAGE, model=model, **{"text": STORY, "view": "What if", **HEAD, **link}))


def test_the_map_of_all_heads_comes_before_what_takes_many_runs(encoder, monkeypatch):
    order = []
    monkeypatch.setattr(explore, "show_map", lambda *_: order.append("map"))
    monkeypatch.setattr(page, "_show_control", lambda *_: order.append("control"))
    what_if(encoder)
    assert order == ["map", "control"]


def numbers(test):
    """What is drawn, by the label of its row: before and after."""
    header, arrays = whole_view(test, "effect")
    return dict(zip(header["rows"], zip(arrays["before"], arrays["after"], strict=True), strict=True))


def told(test):
    return " ".join(element.value.replace("\\", "") for element in test.markdown)


def test_the_chosen_head_is_taken_out_and_each_words_vector_turns(encoder):
    test = what_if(encoder)
    table = effect(load_model(encoder), STORY, Zero([(0, 1)]), Vectors()).set_index("what")
    drawn = numbers(test)
    assert set(drawn) == set(table.index)
    for what, (before, after) in drawn.items():
        assert (before, after) == pytest.approx((0, 1 - table["after"][what]), abs=1e-6)
    assert view(test, "effect")["caption"].startswith("Without L0 H1, the vector of “")
    assert "the other heads of its layer" in told(test)


def test_a_causal_model_says_what_comes_next_before_and_after(causal):
    test = what_if(causal, changed="0.1,1.2")
    table = effect(load_model(causal), STORY, Zero([(0, 1), (1, 2)]), NextWord())
    header, arrays = whole_view(test, "effect")
    assert header["rows"] == [quoted(what.strip()) for what in table["what"]]
    for name in ("before", "after"):
        assert arrays[name].tolist() == pytest.approx(table[name].tolist(), abs=1e-6)
    assert view(test, "effect")["caption"].startswith("Without L0 H1, L1 H2, ")
    assert "random sets of as many heads of the same layers" in told(test)


def test_two_words_against_each_other_need_both(causal):
    test = what_if(causal, ask="two words", word="dog")
    assert any("Type the two words" in one.value for one in test.info)
    test = what_if(causal, ask="two words", word="dog", beside_word="fish")
    row = effect(load_model(causal), STORY, Zero([(0, 1)]), LogitDifference("dog", "fish")).iloc[0]
    ((before, after),) = numbers(test).values()
    assert (before, after) == pytest.approx((row["before"], row["after"]), abs=1e-5)


def test_the_page_says_whether_heads_are_asked_to_be_needed_or_enough(causal):
    """A patch is denoising where the first of the two words is likelier in the text that is taken from."""
    link = {"ask": "two words", "how": "take from another text", "source": OTHER}
    change = From([(0, 1)], OTHER, align="words")
    says = {
        "noising": "Noising: if the answer gets worse, it needed what was changed.",
        "denoising": "Denoising: if the answer gets better, what was changed is enough for it.",
    }
    ways = []
    for words in (("dog", "fish"), ("fish", "dog")):
        ways.append(effect(load_model(causal), STORY, change, LogitDifference(*words))["way"][0])
        test = what_if(causal, word=words[0], beside_word=words[1], **link)
        assert says[ways[-1]] in [caption.value for caption in test.caption]
    assert sorted(ways) == ["denoising", "noising"]


def test_heads_take_from_another_text(encoder):
    test = what_if(encoder, how="take from another text")
    assert any("Type the other text" in one.value for one in test.info)
    test = what_if(encoder, how="take from another text", source=OTHER)
    table = effect(load_model(encoder), STORY, From([(0, 1)], OTHER, align="words"), Vectors())
    assert [1 - after for _, after in numbers(test).values()] == pytest.approx(table["after"].tolist(), abs=1e-6)


def test_a_line_is_cut_where_the_heatmap_is_clicked_and_mended_by_the_next_click(encoder):
    test = what_if(encoder, how="cut a line")
    assert any("Choose which word" in one.value for one in test.info)
    assert view(test, "head")["cuts"]
    test = what_if(encoder, how="cut a line", cut="2.1,99.0")
    table = effect(load_model(encoder), STORY, Cut([(2, 1)], [(0, 1)]), Vectors())
    assert [1 - after for _, after in numbers(test).values()] == pytest.approx(table["after"].tolist(), abs=1e-6)
    assert "1 line cut: cat → the." in told(test)


def test_heads_that_then_look_elsewhere_are_one_click_away(encoder, monkeypatch):
    monkeypatch.setattr("mha_viz.ui.pages.explore.what_if.SEEN", 1e-4)
    test = what_if(encoder, changed="0.0,0.1,0.2")
    table = pattern_changes(load_model(encoder), STORY, Zero([(0, 0), (0, 1), (0, 2)]))
    first = table[(table["layer"] > 0) & (table["distance"] >= 1e-4)].iloc[0]
    button = next(one for one in test.button if (one.key or "").startswith("then_"))
    assert button.key == f"then_{first['layer']}_{first['head']}"
    button.click().run()
    assert (sound(test).query_params["view"], test.query_params["layer"]) == ("Lines", str(first["layer"]))


def test_more_heads_are_added_and_the_link_holds_them(encoder):
    test = what_if(encoder)
    test.multiselect(key="changed_heads").set_value(["L0 H1", "L1 H0"]).run()
    assert sound(test).query_params["changed"] == "0.1,1.0"
    assert view(test, "effect")["caption"].startswith("Without L0 H1, L1 H0, ")
    test.multiselect(key="changed_heads").set_value([]).run()
    assert "changed" not in sound(test).query_params
    assert view(test, "effect")["caption"].startswith("Without L0 H1, ")


@pytest.mark.parametrize("key", ["changed", "how", "ask", "cut", "effect"])
def test_links_that_make_no_sense_show_the_default(encoder, key):
    assert view(what_if(encoder, **{key: "9.9,x"}), "effect")["rows"]


def test_every_head_alone_fills_in_and_is_what_importance_says(causal):
    link = {"ask": "two words", "word": "dog", "beside_word": "fish", "alone": "yes"}
    test = what_if(causal, **link)
    begin = time.monotonic()
    while test.get("progress") and time.monotonic() - begin < 30:
        time.sleep(0.1)
        test.run()
    expected = importance(load_model(causal), STORY, LogitDifference("dog", "fish"))
    header, arrays = whole_view(sound(test), "scores")
    assert arrays["value"].tolist() == pytest.approx(expected["total"].tolist(), abs=1e-4)
    assert "Spearman" in header["note"]
    assert header["title"].startswith("Every head alone, remove: logit of “")
    test = what_if(causal, **link, effect="side by side")
    pictures = [drawn.opened(one.proto.bytes) for one in drawn.pictures(test)]
    beside = [arrays["value"] for header, arrays in pictures if header["kind"] == "scores"]
    for effect_name, values in zip(("total", "direct", "estimate"), beside, strict=True):
        assert values.tolist() == pytest.approx(expected[effect_name].tolist(), abs=1e-4)
        assert f"**{effect_name.capitalize()}**" in told(test)


def test_every_head_alone_is_left_by_cancel(causal, monkeypatch):
    import threading

    go_on = threading.Event()
    monkeypatch.setattr("mha_viz.ui.shared.effects.estimate", lambda _question: go_on.wait(20))
    test = what_if(causal, ask="loss", alone="yes")
    cancel = next(one for one in test.button if one.key == "cancel_every_head")
    cancel.click()
    go_on.set()
    test.run()
    assert sound(test).query_params["alone"] == "no"
    assert not any(one.key == "cancel_every_head" for one in test.button)


def test_heads_go_one_after_the_other_while_one_looks(causal):
    test = what_if(causal, ask="two words", word="dog", beside_word="fish", pruned="yes")
    begin = time.monotonic()
    while test.get("progress") and time.monotonic() - begin < 60:
        time.sleep(0.1)
        test.run()
    question = question_of(load_model(causal), STORY, LogitDifference("dog", "fish"))
    expected = pruning_curve(question, step=1)
    header, arrays = whole_view(sound(test), "pruning")
    assert header["n_heads"] == 12
    for i, order in enumerate(("greedy", "exact", "estimate")):
        values = expected.loc[expected["order"] == order, "value"].tolist()
        assert arrays["values"].reshape(3, -1)[i].tolist() == pytest.approx(values, abs=1e-4)
    assert test.query_params["pruned"] == "yes"


def test_taking_heads_out_one_after_the_other_is_left_by_cancel(causal, monkeypatch):
    import threading

    go_on = threading.Event()
    monkeypatch.setattr("mha_viz.evidence.importance.pruning.estimate", lambda _question: go_on.wait(20))
    test = what_if(causal, ask="loss", text=THIRD, pruned="yes")
    cancel = next(one for one in test.button if one.key == "cancel_one_by_one")
    cancel.click()
    go_on.set()
    test.run()
    assert sound(test).query_params["pruned"] == "no"
    assert not any(one.key == "cancel_one_by_one" for one in test.button)


def test_the_card_of_a_head_leads_here_and_says_what_was_measured(causal):
    test = sound(opened(PAGE, model=causal, text=THIRD, layer="1", head="2"))
    assert "Taking it out alone" not in told(test)
    next(one for one in test.button if one.label == "What if it were gone?").click().run()
    assert view(sound(test), "effect")["caption"].startswith("Without L1 H2, ")
    assert test.query_params["view"] == "What if"
    test = what_if(causal, text=THIRD, ask="loss", alone="yes")
    begin = time.monotonic()
    while test.get("progress") and time.monotonic() - begin < 30:
        time.sleep(0.1)
        test.run()
    row = importance(load_model(causal), THIRD, Loss()).set_index(["layer", "head"]).loc[(1, 2)]
    card = told(sound(opened(PAGE, model=causal, text=THIRD, layer="1", head="2")))
    assert (
        f"Taking it out alone changes loss here by {row['total']:+.3f} (rank {int(row['rank_in_layer'])} of 6" in card
    )


def test_the_card_of_the_shipped_model_says_what_a_head_costs_over_its_grammar():
    card = told(sound(opened(PAGE, model="classroom", layer="0", head="0")))
    assert "Without it, accuracy falls by 51.7 points [35.2, 68.1], over the sentences of its grammar." in card


def test_what_stands_beside_the_effect_is_what_importance_says_of_the_head(causal):
    test = what_if(causal, ask="two words", word="dog", beside_word="fish")
    row = importance(load_model(causal), STORY, LogitDifference("dog", "fish")).set_index(["layer", "head"]).loc[(0, 1)]
    larger = int(row["rank_in_layer"]) - 1
    assert (
        f"Beside 5 others (the other heads of its layer): {larger} with a larger effect, {row['z']:+.1f} standard "
        "deviations from their mean"
    ) in told(test)


def test_a_continuation_is_held_against_other_heads_by_its_first_word(causal):
    test = what_if(causal, ask="continuation")
    assert "Beside 5 others (the other heads of its layer)" in told(test)
    assert view(test, "effect")["rows"] == []


def test_a_head_that_is_told_where_to_look_is_not_among_those_that_then_look_elsewhere(encoder, monkeypatch):
    monkeypatch.setattr("mha_viz.ui.pages.explore.what_if.SEEN", 0.0)
    table = pattern_changes(load_model(encoder), STORY, Pattern([(0, 1)], "uniform"))
    assert tuple(table.iloc[0][["layer", "head"]]) == (0, 1)
    test = what_if(encoder, how="look evenly")
    keys = [one.key for one in test.button if (one.key or "").startswith("then_")]
    assert keys
    assert "then_0_1" not in keys


def test_texts_that_are_taken_from_are_read_once_for_all_heads(causal, monkeypatch):
    read = []
    monkeypatch.setattr("mha_viz.ui.shared.effects.sentence_lines", lambda: (OTHER, "he ran home"))
    real = changed.capture
    monkeypatch.setattr(changed, "capture", lambda model, text, **rest: read.append(text) or real(model, text, **rest))
    what_if(causal, text="fish eat fish", how="mean", ask="loss")
    assert read.count(OTHER) == 4  # for the prediction, for other heads, for the patterns, for each word's vector
