"""The page of scores: here and in general, with and without a parser, by link and by hand."""

from urllib.parse import parse_qsl, urlsplit

import pandas as pd
import pytest
import streamlit as st

from mha_viz.errors import ModelError
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.one_text import score_table
from mha_viz.evidence.ranking import Question
from mha_viz.evidence.verdict import RULES
from mha_viz.language import spoken
from mha_viz.models.load import random_twin
from mha_viz.table_files import to_csv
from mha_viz.ui.shared.scores import get_ranked, get_summary
from mha_viz.ui.shell.memory import Memory
from tests.support.networks.families import ENCODER_DECODERS, make, tokenizer
from tests.support.pages.pages import ODD, opened, shown_or_refused, sound, text_field, view
from tests.support.texts.parser import SENTENCE, parse

PAGE = "pages/Scores.py"


@pytest.fixture(autouse=True)
def parser(monkeypatch):
    st.cache_resource.clear()
    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", parse)
    yield
    st.cache_resource.clear()


@pytest.fixture
def profile(tiny, monkeypatch):
    """A profile of the tiny model in which L1 H2 is established on det, and only there."""
    from mha_viz.models.load import load_model
    from mha_viz.recording.capture import capture

    table = score_table(capture(load_model(tiny), SENTENCE), parse())
    table = table.assign(value=0.2, low=0.15, high=0.25, n=203, baseline=0.3, rule="offset +1", control=0.1, p=1.0)
    table["verdict"] = table["verdict"].where(table["verdict"].isna(), "not enough evidence")
    at = (table["score"] == "det") & (table["direction"] == "dep→head") & (table["layer"] == 1) & (table["head"] == 2)
    table.loc[at, ["value", "low", "high", "verdict", "p"]] = [0.83, 0.78, 0.88, "established", 0.004]
    twins = table[table["score"] == "entropy"].assign(
        family="coreference", score="twins", direction=None, value=0.11, verdict="not enough evidence", chance=0.25
    )
    made = Profile(
        pd.concat([table, twins], ignore_index=True),
        {"corpora": [{"what": "our sentences", "sentences": 19}], "rules": RULES},
    )
    monkeypatch.setattr("mha_viz.ui.shared.profiles.profiles_of", lambda *_given, **_named: {"shipped": made})
    return made


def test_what_sessions_share_of_a_profile_is_told_to_each_in_their_language(profile):
    question, told = Question("syntactic", "det", "dep→head"), {}
    for code in ("de", "en"):
        with spoken(code):
            told[code] = (get_ranked(profile, question)[1]["verdict"][0], get_summary(profile, "tiny")[0])
    assert told["de"][0] == "● belegt"
    assert "Köpfen von tiny sind belegt: Syntax: 1." in told["de"][1]
    assert told["en"][0] == "● established"
    assert "established are: 1 syntactic" in told["en"][1]


def card(test):
    return "\n".join(part.value.replace("\\", "") for part in test.markdown)


def test_in_general_comes_first_where_there_is_a_profile(tiny, profile):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, score="det"))
    header = view(test)
    assert (header["kind"], header["rows"], header["columns"]) == ("scores", 2, 3)
    assert header["caption"].startswith("Of 6 heads of")
    assert "1 is established. Best: L1 H2, with 83 % of 203 cases" in header["caption"]
    assert header["chosen"] == 5  # the best, where nobody chose
    assert "Measured on our sentences (19 sentences)." in header["note"]
    assert "It points from a determiner to its noun in 83 % of 203 cases" in card(test)
    assert "In general" in card(test)
    assert (test.query_params["where"], test.query_params["layer"], test.query_params["head"]) == (
        "in general",
        "1",
        "2",
    )
    assert test.get("plotly_chart")
    assert test.dataframe[0].value["head"].tolist()[0] == "L1 H2"


def test_the_page_begins_with_what_is_established(tiny, profile):
    asked = sound(opened(PAGE, model=tiny, text=SENTENCE)).query_params
    assert (asked["find"], asked["score"], asked["direction"]) == ("syntactic", "det", "dep→head")
    at = (profile.table["score"] == "previous token") & (profile.table["layer"] == 0)
    profile.table["verdict"] = profile.table["verdict"].where(profile.table["score"] != "det", "not enough evidence")
    profile.table.loc[at, "verdict"] = "established"
    st.cache_resource.clear()
    asked = sound(opened(PAGE, model=tiny, text=SENTENCE)).query_params
    assert (asked["find"], asked["score"]) == ("positional", "previous token")


def test_in_general_nothing_is_asked_of_the_text_until_somebody_wants_to_know(tiny, profile, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "mha_viz.ui.shared.scores.parse", lambda text, **how: asked.append("parser") or parse(text, **how)
    )
    monkeypatch.setattr(
        "mha_viz.ui.shared.scores.random_twin", lambda model: asked.append("random weights") or random_twin(model)
    )
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, score="det"))
    assert (asked, "**Here**" in card(test)) == ([], False)
    test.session_state["here_open"] = True
    assert "**Here**" in card(sound(test.run()))
    assert set(asked) == {"parser", "random weights"}
    assert "**Here**" in card(sound(opened(PAGE, model=tiny, text=SENTENCE, find="words")))


def test_in_which_models_is_told_of_all_profiles_when_it_is_asked(tiny, profile, monkeypatch):
    """Each with its best head and a link to it."""
    read = []
    made = Profile(profile.table, {"model": "tiny one", "dtype": "float32", "corpora": []}, "yours")
    monkeypatch.setattr("mha_viz.ui.shared.profiles.profiles_at_hand", lambda **how: read.append(how) or [made])
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, score="det"))
    assert read == []
    test.session_state["in_models_open"] = True
    table = sound(test.run()).dataframe[1].value
    assert read == [{"only_shipped": False}]
    (row,) = table.to_dict("records")
    assert (row["model"], row["established"], row["heads"], row["best"]) == ("tiny one", 1, 6, "L1 H2")
    assert (row["value"], row["low"], row["high"], row["n"]) == (0.83, 0.78, 0.88, 203)
    assert dict(parse_qsl(urlsplit(row["open"]).query)) == {
        "model": "tiny one", "where": "in general", "profile": "yours", "find": "syntactic", "score": "det",
        "direction": "dep→head", "layer": "1", "head": "2",
    }  # fmt: skip
    said = [caption.value.replace("\\", "") for caption in test.caption]
    assert "1 profile has measured this; heads are established for it in one." in said
    assert "in_models_csv" in [button.key for button in test.get("download_button")]


def test_here_nothing_is_established_and_the_parser_is_said_to_be_one(tiny, profile):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, score="det", where="here", layer="0", head="1"))
    header = view(test)
    assert "one sentence establishes nothing" in header["caption"]
    assert "by a program that reads English (silver)" in header["note"]
    assert header["chosen"] == 1
    assert "of the attention goes to the right word, where an even spread gives it" in header["caption"]
    assert (header["unit"], header["items"]) == ("share of attention", "{n} cases")
    assert "hits" in test.dataframe[0].value
    assert header["facts"][0] == f"“{SENTENCE}”"
    assert not test.get("plotly_chart")
    said = card(test)
    assert "of 2 cases" in said
    assert "One sentence shows what a head does here, not what it is for." in said


@pytest.mark.parametrize("link", [{}, {"find": "coreference"}, {"find": "syntactic", "score": "obj"}], ids=str)
def test_here_what_the_sentence_has_is_offered_and_nothing_else(tiny, profile, link):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, where="here", **link))
    assert "coreference" not in test.selectbox(key="find").options
    score = test.selectbox(key="score")
    assert score.value == "nsubj"
    names = [option.partition(" ")[0] for option in score.options]
    assert (sorted(names[1:]), score.options[0]) == (["case", "det", "nsubj", "obl"], "any of these")
    assert "undefined" not in view(test)["caption"]
    assert test.dataframe


def test_in_general_a_relation_that_the_sentence_lacks_is_offered(tiny, profile):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, find="coreference", score="twins", where="in general"))
    assert (test.selectbox(key="find").value, test.selectbox(key="score").value) == ("coreference", "twins")


def test_without_a_profile_the_command_is_written_out(tiny, monkeypatch):
    monkeypatch.setattr("mha_viz.ui.shared.profiles.profiles_of", lambda *_given, **_named: {})
    test = sound(opened(PAGE, model=tiny, text=SENTENCE))
    assert test.button_group(key="where").value == "here"
    test.button_group(key="where").set_value("in general").run()
    assert "There is no profile" in sound(test).info[0].value
    assert test.code[0].value.startswith("mha-viz profile --model ")
    assert "Here" in card(test)


def test_that_a_profile_is_of_other_weights_is_said(tiny, monkeypatch):
    monkeypatch.setattr("mha_viz.ui.shared.profiles.profiles_of", lambda *_given, **_named: {})
    monkeypatch.setattr("mha_viz.ui.shared.profiles.other_profile_sentence", lambda *_: "It is of other weights.")
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, where="in general"))
    assert test.info[0].value.startswith("It is of other weights\\. The terminal makes one")
    assert "It is of other weights." in card(sound(opened(PAGE, model=tiny, text=SENTENCE, where="here")))


def test_without_a_parser_the_other_scores_stay(tiny, monkeypatch):
    def refuse(_text, **_how):
        raise ModelError("The parser cannot be fetched: no network.")

    monkeypatch.setattr("mha_viz.ui.shared.scores.parse", refuse)
    monkeypatch.setattr("mha_viz.ui.shared.profiles.profiles_of", lambda *_given, **_named: {})
    test = sound(opened(PAGE, model=tiny, text=SENTENCE))
    assert not test.error
    assert [one.value.replace("\\", "") for one in test.caption if "parser" in one.value] == [
        "The parser cannot be fetched: no network. Scores that need no annotation are shown."
    ]
    assert test.selectbox(key="find").value == "positional"
    assert "syntactic" not in test.selectbox(key="find").options
    other = sound(opened(PAGE, model=tiny, text="кот сидит"))
    assert any("reads English" in one.value for one in other.caption)


def test_another_question_chooses_its_best_head_and_the_same_question_keeps_it(tiny, profile):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, score="nsubj", layer="0", head="1"))
    assert view(test)["chosen"] == 1
    test.selectbox(key="score").select("det").run()
    assert view(sound(test))["chosen"] == 5
    test.button_group(key="where").set_value("here").run()
    assert view(sound(test))["chosen"] == 5


def test_heads_that_look_from_word_to_word(tiny, profile):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, find="words", **{"from": "mat", "to": "cat"}))
    header = view(test)
    assert header["caption"].startswith("Most: L")
    assert "of the attention of “mat” to “cat”" in header["caption"]
    assert max(zip(header_values(test), range(6), strict=True))[1] == header["chosen"]
    assert "of the attention of “mat” to “cat”" in card(test)
    assert test.button_group(key="where").disabled


def header_values(test):
    return test.dataframe[0].value.sort_values("head")["value"].tolist()


def test_a_family_stands_for_its_scores(tiny, profile):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, find="syntactic", score="any of these"))
    assert "Best: L1 H2 on det (determiner), dependent → head" in view(test)["caption"]
    assert "score" in test.dataframe[0].value


@pytest.mark.parametrize(
    ("among", "heads"),
    [
        ("established", ["L1 H2"]),
        ("offset, established", ["L1 H2"]),
        ("L0, H2", ["L0 H0", "L0 H1", "L0 H2", "L1 H2"]),
        ("value > 0.5, n < 300", ["L1 H2"]),
    ],
)
def test_the_ranking_is_filtered(tiny, profile, among, heads):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, score="det", among=among))
    assert sorted(test.dataframe[0].value["head"]) == heads


def test_links_that_ask_for_offsets_open_what_is_called_a_simple_rule_now(tiny, profile):
    heads = [
        sound(opened(PAGE, model=tiny, text=SENTENCE, score="det", among=among)).dataframe[0].value["head"].tolist()
        for among in ("offset, established", "simple rule, established")
    ]
    assert heads[0] == heads[1]
    assert "L1 H2" in heads[0]


@pytest.mark.parametrize(("among", "said"), [("L9", "No head fits"), ("fish", "neither a head nor")])
def test_a_filter_that_fits_nothing_is_said_in_a_sentence(tiny, profile, among, said):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, among=among))
    assert said in test.info[0].value
    assert view(test)


def picked(test):
    """The heads that the ranking marks, and the key of its table."""
    heads, (*_, key) = test.dataframe[0].value["head"].tolist(), test.session_state[Memory.tables.key]["ranked"]
    return [heads[row] for row in test.session_state[key]["selection"]["rows"]], key


def test_the_ranking_marks_the_chosen_head_and_is_a_table_of_its_own_where_that_is_chosen_elsewhere(tiny, profile):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, score="det"))
    heads, first = picked(test)
    assert heads == ["L1 H2"]
    assert picked(sound(test.run())) == (heads, first)
    test.session_state["layer"], test.session_state["head"] = 0, 1
    heads, second = picked(sound(test.run()))
    assert heads == ["L0 H1"]
    assert second != first


def test_the_table_can_be_taken_away(tiny, profile):
    table = profile.table
    csv = to_csv(table, {"model": "tiny", "score": "det"}).decode()
    assert csv.splitlines()[1].startswith("family,score,direction,layer,head,value,n,low,high,baseline")


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("where", ["here", "in general"])
def test_odd_text_is_shown_or_refused_in_a_sentence(tiny, profile, text, where):
    test = sound(opened(PAGE, model=tiny, where=where))
    text_field(test).set_value(text).run()
    shown_or_refused(test, text)


def test_a_hostile_link_falls_back_to_defaults(tiny, profile):
    link = {"layer": "-7", "head": "1e9", "find": "<b>", "score": "[x](y)", "direction": "up", "where": "there"}
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, **link))
    assert not test.error
    assert (test.selectbox(key="find").value, test.button_group(key="where").value) == ("syntactic", "in general")


def test_two_texts_and_cross_attention(tiny, profile, tmp_path):
    test = sound(opened(PAGE, model=tiny, text=SENTENCE, pair="it was tired", where="here"))
    assert any("Two texts" in one.value for one in test.caption)
    name = next(iter(ENCODER_DECODERS))
    make(*ENCODER_DECODERS[name]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    test = sound(opened(PAGE, model=str(tmp_path), text=SENTENCE, target="the cat", kind="cross", where="here"))
    assert not test.error
    assert test.session_state["kind"] == "encoder"
