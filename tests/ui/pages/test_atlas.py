"""The atlas of heads: one model and two, by link and by hand, and what it says where it cannot be drawn."""

import pandas as pd
import pytest
import streamlit as st
import transformers as hf

from mha_viz.attention.maps import pattern
from mha_viz.comparison.nearest import distances_in, nearest_heads
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.model_names import names_apart
from mha_viz.models.load import load_model
from mha_viz.recording.capture import capture
from tests.support.networks.families import ENCODER_DECODERS, LLAMA, make, tokenizer
from tests.support.pages.drawn import pictures
from tests.support.pages.pages import ODD, opened, shown_or_refused, sound, text_field, view, whole_view
from tests.support.texts.parser import SENTENCE, parse

PAGE = "pages/Atlas.py"


def saved(place, network_class, config, **how):
    make(network_class, config).save_pretrained(place)
    tokenizer(**how).save_pretrained(place)
    return str(place)


@pytest.fixture(scope="module")
def causal(tmp_path_factory):
    config = hf.LlamaConfig(**{**LLAMA, "max_position_embeddings": 700})
    return saved(tmp_path_factory.mktemp("causal"), hf.LlamaForCausalLM, config, ends=False)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """No cache of another test, two example sentences, no profile."""
    st.cache_resource.clear()
    monkeypatch.setattr("mha_viz.ui.shared.atlas.sentence_lines", lambda: ("the cat sat", "he ran home to eat fish"))
    monkeypatch.setattr("mha_viz.ui.shared.profiles.profiles_of", lambda *_given, **_named: {})
    yield
    st.cache_resource.clear()


def said(test):
    return "\n".join(part.value.replace("\\", "") for part in [*test.markdown, *test.caption])


def labels(test):
    return [button.label.replace("\\", "") for button in test.button]


def test_every_head_is_a_dot_and_the_nearest_stand_on_the_card(tiny):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, layer="1", head="2"))
    header, arrays = whole_view(test)
    assert (header["kind"], len(arrays["x"]), header["chosen"]) == ("atlas", 6, 5)
    assert header["caption"].startswith("Heads that look alike in this sentence stand close together; two axes hold ")
    assert header["facts"][0] == f"“{SENTENCE}”"
    model = load_model(tiny)
    found = distances_in(capture(model, SENTENCE))
    near = nearest_heads(found.between, found.heads, (model.name, 1, 2))
    opens = [label for label in labels(test) if label.startswith("Open L")]
    assert opens == [f"Open L{row.layer} H{row.head}" for row in near.itertuples()]
    assert f"{near['distance'][0]:.3f}, " in said(test)
    assert "the median of all 15 pairs" in said(test)
    table = test.dataframe[0].value
    assert table["distance"].tolist() == pytest.approx(near["distance"].tolist(), abs=1e-6)
    assert "L1 H2" not in table["head"].tolist()


def test_heads_are_small_pictures_of_what_they_do_in_this_sentence(tiny, causal):
    """Also where heads are compared on other sentences, and of two models of each as it cuts the words."""
    for texts in ("this sentence", "our example sentences"):
        header, arrays = whole_view(sound(opened(PAGE, model=tiny, text=SENTENCE, beside=causal, texts=texts)))
        both = [capture(load_model(name), SENTENCE) for name in (tiny, causal)]
        sizes = [min(16, len(one.query_positions[one.kinds[0]])) for one in both]
        assert [(of["heads"], of["rows"], of["columns"]) for of in header["thumbs"]] == [
            (heads, size, size) for heads, size in zip((6, 12), sizes, strict=True)
        ]
        assert len(arrays["levels"]) == 6 * sizes[0] ** 2 + 12 * sizes[1] ** 2
        assert "patterns in this sentence" in header["note"]
    last = pattern(both[1], 1)[5]
    assert last.shape == (sizes[1], sizes[1])
    drawn = arrays["levels"][-(sizes[1] ** 2) :].reshape(sizes[1], sizes[1])
    assert drawn.tolist() == (last / last.max() * 255).round().tolist()


def test_marked_heads_are_listed_with_their_addresses_until_none_is(tiny, causal):
    test = opened(PAGE, model=tiny, text=SENTENCE, beside=causal)
    test.session_state["_picked"] = [(tiny, 1, 2), (causal, 0, 3), ("another", 0, 0)]
    sound(test.run())
    assert view(test)["picked"] == [5, 6 + 3]
    table = test.dataframe[0].value
    assert table["head"].tolist() == ["L1 H2", "L0 H3"]
    assert table["address"][table.index[0]].startswith("Head?model=")
    next(button for button in test.button if button.label == "Mark none").click().run()
    assert view(sound(test))["picked"] == []
    assert "address" not in test.dataframe[0].value


def test_what_a_link_holds_is_shown_and_kept(tiny, causal):
    link = {
        "texts": "our example sentences",
        "beside": causal,
        "beside_head": "1.4",
        "colour": "model",
        "clusters": "4",
    }
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, **link))
    header, arrays = whole_view(test)
    assert not test.error
    assert (header["colour"], len(header["sizes"]), header["chosen"]) == ("model", 4, 6 + 6 + 4)
    assert len(arrays["x"]) == 6 + 12
    assert "our 2 example sentences" in header["caption"]
    assert "(9 rows of them)" in header["note"]
    assert {key: test.query_params[key] for key in link} == link
    assert "model" in test.dataframe[0].value


def test_our_sentences_count_by_their_rows(tiny):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, texts="our example sentences"))
    header = view(test)
    assert "compared on our 2 example sentences; rows 13" in header["facts"][-1]
    assert SENTENCE not in "".join(header["facts"])


def test_a_family_is_told_where_there_is_a_profile(tiny, monkeypatch):
    from mha_viz.evidence.one_text import score_table

    table = score_table(capture(load_model(tiny), SENTENCE), parse())
    at = (table["score"] == "previous token") & (table["layer"] == 1) & (table["head"] == 2)
    assert at.sum() == 1
    table.loc[at, ["value", "baseline", "chance", "verdict"]] = [0.9, 0.1, 0.1, "established"]
    made = Profile(table, {"corpora": []})
    monkeypatch.setattr("mha_viz.ui.shared.profiles.profiles_of", lambda *_given, **_named: {"shipped": made})
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, colour="family"))
    assert [swatch["name"] for swatch in view(test)["swatches"]] == ["positional", "none established"]
    assert "There is no profile" not in said(test)
    rows = test.dataframe[0].value.set_index("head")["established"]
    assert rows["L1 H2"] == "positional"
    assert rows["L0 H1"] == "none established"


def test_without_a_profile_that_is_said(tiny):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, colour="family"))
    assert "There is no profile of" in said(test)
    assert [swatch["name"] for swatch in view(test)["swatches"]] == ["none established"]


def test_a_head_of_the_second_model_opens_with_its_model(tiny, causal):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, beside=causal, beside_head="1.4"))
    next(button for button in test.button if button.label == "Explore this head").click().run()
    header = view(sound(test), "head")
    assert test.session_state["model"] == causal
    assert "L1 H4" in header["label"]


def test_a_relative_is_explored(tiny):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE))
    button = next(button for button in test.button if button.label.startswith("Open L"))
    wanted = button.label.replace("\\", "").removeprefix("Open ")
    button.click().run()
    assert wanted in view(sound(test), "head")["label"]


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_text_is_shown_or_refused_in_a_sentence(tiny, text):
    test = sound(opened(PAGE, model=tiny))
    text_field(test).set_value(text).run()
    shown_or_refused(test, text)


@pytest.mark.parametrize("text", ["fish", "🙂 the cat 👩‍👩‍👧", "שלום עולם the cat"])
def test_odd_text_is_compared_between_models(tiny, causal, text):
    test = sound(opened(PAGE, model=tiny, text=text, beside=causal))
    assert not test.error
    assert view(test)["models"] == names_apart([tiny, causal])


def test_a_text_that_is_too_long_to_compare_is_refused(causal):
    test = sound(opened(PAGE, model=causal, text=" ".join(["cat"] * 600)))
    assert "600 tokens; heads are compared here on texts of up to 512" in test.error[0].value.replace("\\", "")


def test_a_causal_model_on_one_token_has_heads_at_one_place(causal):
    test = sound(opened(PAGE, model=causal, text="fish"))
    assert "All 12 heads look at the same in this sentence" in view(test)["caption"]


@pytest.mark.parametrize("beside", ["no/such-model-here", "<script>", "a b", "../../../etc"])
def test_a_second_model_that_does_not_exist_leaves_the_page_usable(tiny, beside, monkeypatch):

    def refuse(*_args):
        raise OSError("no network here")

    monkeypatch.setattr("mha_viz.models.fetching.hub._ask_hub", refuse)
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, beside=beside))
    assert len(test.error) == 1
    test.selectbox(key="beside").select("none").run()
    assert not sound(test).error
    assert len(whole_view(test)[1]["x"]) == 6


def test_the_same_model_twice_is_refused(tiny):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, beside=tiny))
    assert "is the first model already" in test.error[0].value.replace("\\", "")


def test_no_common_word_is_refused_or_compared_on_what_is_there(tiny, causal):
    test = sound(opened(PAGE, model=tiny, text="...", beside=causal))
    assert len(test.error) + min(1, len(pictures(test))) == 1


def test_a_hostile_link_falls_back_to_defaults(tiny):
    link = {
        "layer": "-7", "head": "1e9", "texts": "<b>", "colour": "model", "clusters": "99", "beside": "  ",
        "beside_head": "9.9.9",
    }  # fmt: skip
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, **link))
    assert not test.error
    header = view(test)
    assert (header["colour"], header["chosen"], len(header["sizes"])) == ("layer", 0, 6)
    for beside_head in ("٣.٣", "1", ".", "99999999999.1"):
        assert view(sound(opened(PAGE, model=tiny, text=SENTENCE, beside_head=beside_head)))["chosen"] == 0


def test_encoder_and_decoder_of_one_model(tmp_path, tiny):
    place = saved(tmp_path, *ENCODER_DECODERS["bart"])
    link = {"model": place, "text": SENTENCE, "target": "he ran home", "kind": "decoder"}
    test = sound(opened(PAGE, **link))
    assert len(whole_view(test)[1]["x"]) == 3 * 4
    test = sound(opened(PAGE, **link, texts="our example sentences"))
    assert "nothing for a decoder to write" in test.error[0].value.replace("\\", "")
    test = sound(opened(PAGE, model=place, text=SENTENCE, texts="our example sentences", beside=tiny))
    assert len(whole_view(test)[1]["x"]) == 2 * 3 + 6


def test_the_card_of_a_head_names_its_relatives_and_leads_here(tiny, monkeypatch):
    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", parse)
    test = sound(opened("pages/Scores.py", model=tiny, text=SENTENCE, where="here", layer="1", head="2"))
    place = int(test.session_state["layer"]), int(test.session_state["head"])
    model = load_model(tiny)
    found = distances_in(capture(model, SENTENCE))
    near = nearest_heads(found.between, found.heads, (model.name, *place), 3)
    assert isinstance(near, pd.DataFrame)
    line = ", ".join(f"L{row.layer} H{row.head} {row.distance:.3f}" for row in near.itertuples())
    assert f"**Heads like this one**, here: {line} bits" in said(test)
    next(button for button in test.button if button.label == "Show in the Atlas").click().run()
    header = view(sound(test))
    assert (header["kind"], header["chosen"]) == ("atlas", 3 * place[0] + place[1])


def test_the_card_leaves_relatives_out_of_a_long_text(causal, monkeypatch):
    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", parse)
    test = sound(opened("pages/Scores.py", model=causal, text=" ".join(["cat"] * 300), where="here"))
    assert "this text has 300 tokens; heads are compared here on texts of up to 256" in said(test).casefold()
