"""Every page, cold and by link, with ordinary and odd input: no traceback, and the numbers that it should show."""

import json
from pathlib import Path
from urllib.parse import parse_qsl

import pandas as pd
import pytest
import streamlit as st
import transformers as hf

from mha_viz.evidence.alignment.translation import Translated
from mha_viz.models.fetching.sums import write_sums
from mha_viz.paths import app_folder
from mha_viz.ui.shell.rooms import MOVED
from tests.support.networks.families import ENCODER_DECODERS, LLAMA, TEXT, make, tokenizer
from tests.support.pages.drawn import menu, pictures
from tests.support.pages.pages import ODD, opened, shown_or_refused, sound, text_field, view, with_more

PAGES = [f"pages/{name}.py" for name in ("Explore", "Sentence", "Heads", "Head", "Inside", "Compare", "Atlas")]
KINDS = dict(zip(PAGES, ["head", "strips", "grid", "head", "panels", "compare", "atlas"], strict=True))
TIRED = "The cat sat on the mat because it was tired."


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A local folder as model: pages can be tested without a fetched one."""
    place = tmp_path_factory.mktemp("tiny")
    make(*TEXT["bert"]).save_pretrained(place)
    tokenizer().save_pretrained(place)
    write_sums(place)
    return str(place)


@pytest.fixture
def tiny_minilm(tiny, tmp_path, monkeypatch):
    """A user's cache in which the default model is the tiny one."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "minilm").symlink_to(tiny)
    monkeypatch.setenv("MHA_VIZ_CACHE", str(tmp_path))
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_cold_by_its_own_link(page, tiny):
    test = sound(opened(page, model=tiny, text="the cat sat on a mat", layer="1", head="2"))
    assert not test.error
    assert test.text_input(key="text").value == "the cat sat on a mat"
    assert view(test, KINDS[page])


@pytest.mark.parametrize("page", PAGES)
def test_what_a_link_holds_survives_on_every_page(page, tiny):
    link = {"model": tiny, "text": "he ran home", "layer": "1", "head": "2", "map": "Logits", "from": "home"}
    test = sound(opened(page, **link))
    assert {key: test.query_params[key] for key in link} == link


def test_links_of_the_menu_take_the_state_along(tiny):
    text = "the <b>cat</b> & the \u05d7 'mat'"
    told = menu(sound(opened("pages/Head.py", model=tiny, text=text, layer="1", head="2")))
    state = dict(parse_qsl(told["query"], strict_parsing=True))
    assert (state["text"], state["layer"], state["head"]) == (text, "1", "2")
    files = {path.stem for path in (app_folder() / "pages").glob("*.py")}
    pages = [page for _, pages in told["rooms"] for page in pages]
    assert {path for path, _ in pages} == {"", *files} - set(MOVED) - {"Wall"}  # which a class has, for its teacher
    assert len(told["rooms"]) == 5
    assert len({label for _, label in pages}) == len(pages)


def test_a_head_s_map_follows_the_controls(tiny):
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat"))
    assert (view(test)["unit"], view(test)["queries"]) == ("share", ["[CLS]", "the", "cat", "sat", "[SEP]"])
    test.selectbox(key="layer").select(1)
    test.selectbox(key="head").select(2).run()
    assert "L1 H2" in view(sound(test))["label"]
    assert test.query_params["layer"] == "1"
    test.selectbox(key="map").select("Value-weighted").run()
    assert view(sound(test))["unit"] == "number"


def test_words_instead_of_tokens(tiny):
    test = sound(opened("pages/Head.py", model=tiny, text="the cat's mat", axis="Words"))
    assert view(test)["queries"] == ["[CLS]", "the", "cat's", "mat", "[SEP]"]
    assert "sum over its pieces" in view(test)["note"]


@pytest.mark.parametrize("name", ["Pattern", "Logits", "Value-weighted", "Contribution", "Rollout"])
def test_every_map_is_shown(name, tiny):
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", map=name, layer="1"))
    assert not test.error
    assert name in view(test)["label"]


def test_what_is_hidden_is_said_and_stays_in_the_link(tiny):
    link = {"hide": "special tokens,first token", "renormalise": "yes", "over": "mean of the layer's heads"}
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", layer="0", **link))
    header = view(test)
    assert header["queries"] == ["the", "cat", "sat"]
    assert "Hidden: [CLS], [SEP]. Rows are scaled to sum to 1 without them." in header["note"]
    assert "mean of the layer's heads of L0" in header["label"]
    assert {key: test.query_params[key] for key in link} == link
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", hide="special tokens"))
    assert "the rows shown give them" in view(test)["note"]


def test_the_first_page_lets_another_word_look(tiny):
    test = sound(opened("pages/Sentence.py", model=tiny, text="the cat sat because it was tired"))
    assert test.selectbox(key="from").value == "it"  # the first pronoun
    test.selectbox(key="from").select("tired").run()
    header = view(sound(test), "strips")
    assert header["words"][header["query"]] == "tired"


@pytest.mark.parametrize(("text", "looks"), [("the cat sat on a mat .", "mat"), ("the 🙂 .", "the"), (". .", ".#2")])
def test_without_a_pronoun_the_last_word_looks(tiny, text, looks):
    assert sound(opened("pages/Sentence.py", model=tiny, text=text)).selectbox(key="from").value == looks


def test_every_example_has_its_words(tiny):
    examples = json.loads((app_folder() / "assets" / "examples.json").read_text(encoding="utf-8"))
    assert len(examples) >= 12
    for example in examples:
        link = {key: example[key] for key in ("text", "from", "to")}
        test = sound(opened("pages/Sentence.py", model=tiny, **link))
        assert (test.selectbox(key="from").value, test.selectbox(key="to").value) == (example["from"], example["to"])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_text_is_shown_or_refused_in_a_sentence(page, text, tiny):
    test = sound(opened(page, model=tiny))
    text_field(test).set_value(text).run()
    shown_or_refused(test, text)
    if text in (ODD["empty"], ODD["only spaces"]):
        assert "empty" in test.error[0].value
    if text == ODD["too long"]:
        assert "reads at most 43" in test.error[0].value.replace("\\", "")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", ["no/such-model-here", "../../../etc", "<script>", "a b", "[x](http://a.b)"])
def test_a_model_that_does_not_exist_leaves_the_page_usable(page, name, tiny_minilm, monkeypatch):

    def refuse(*_args):
        raise OSError("no network here")

    monkeypatch.setattr("mha_viz.models.fetching.hub._ask_hub", refuse)
    test = sound(opened(page, model=name))
    assert len(test.error) == 1
    assert "](" not in test.error[0].value  # no link is made of what somebody typed
    test.selectbox(key="model").select("minilm").run()
    assert not sound(test).error
    assert pictures(test)


@pytest.mark.parametrize("page", PAGES)
def test_a_hostile_link_falls_back_to_defaults(page, tiny):
    link = {"layer": "-7", "head": "1e9", "map": "<b>", "axis": "rows", "from": "nobody", "to": "#", "kind": "up"}
    test = sound(opened(page, model=tiny, text="the cat sat", **link))
    assert not test.error
    if page == "pages/Head.py":
        assert (test.selectbox(key="layer").value, test.selectbox(key="head").value) == (0, 0)


@pytest.mark.parametrize("step", range(9))
def test_every_step_inside_a_head_shows_its_numbers(step, tiny):
    test = sound(opened("pages/Inside.py", model=tiny, text="the cat sat because it was tired", layer="1", step=step))
    assert not test.error
    header = view(test)
    assert header["kind"] == "panels"
    assert header["note"].endswith(".")
    assert test.code[0].value
    for panel in header["panels"]:
        assert len(panel["rows"]) in (1, 3, 9)


def test_buttons_and_links_go_through_the_steps(tiny):
    test = sound(opened("pages/Inside.py", model=tiny, text="the cat sat", step="3"))
    test.button[1].click().run()
    assert test.query_params["step"] == "4"
    test.button[0].click().run()
    test.button[0].click().run()
    assert test.selectbox(key="step").value == 2
    assert "terms" in test.code[0].value


def test_what_is_not_seen_inside_is_said(tmp_path):
    make(*TEXT["mpnet"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    test = sound(opened("pages/Inside.py", model=str(tmp_path), text="the cat sat", step="1"))
    assert "queries and keys are not seen" in test.error[0].value.replace("\\", "")
    for step in (0, 3, 4, 5, 6, 7, 8):
        test = sound(opened("pages/Inside.py", model=str(tmp_path), text="the cat sat", step=str(step)))
        assert not test.error


def test_pages_draw_up_to_a_limit_and_say_so(tmp_path):
    from mha_viz.views.style.theme import PAGE_TOKENS

    config = hf.LlamaConfig(**{**LLAMA, "max_position_embeddings": 5000})
    make(hf.LlamaModel, config).save_pretrained(tmp_path)
    tokenizer(ends=False).save_pretrained(tmp_path)
    test = sound(opened("pages/Sentence.py", model=str(tmp_path)))
    test.text_input(key="text").set_value("cat " * (PAGE_TOKENS + 1)).run()
    assert "the pages show at most 4,096" in sound(test).error[0].value.replace("\\", "")


def test_every_head_of_the_map_can_be_chosen(tiny):
    header = view(sound(opened("pages/Explore.py", model=tiny, text="the cat sat")), "grid")
    assert header["opens"] == [[layer, head] for layer in range(2) for head in range(3)]
    assert len(header["strongest"]) == 6


def label_of_more(test):
    return next(
        block.proto.popover.label for block in test.get("popover") if block.proto.popover.label.startswith("More")
    )


@pytest.fixture(scope="module")
def causal(tmp_path_factory):
    place = tmp_path_factory.mktemp("causal")
    hf_class, config = hf.LlamaForCausalLM, hf.LlamaConfig(**{**LLAMA, "max_position_embeddings": 700})
    make(hf_class, config).save_pretrained(place)
    tokenizer(ends=False).save_pretrained(place)
    return str(place)


def test_the_picture_of_a_head_is_what_the_link_says(tiny):
    link = {"layer": "1", "head": "2", "heads": "2,0", "look": "key:1,3", "threshold": "0.25"}
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", **link))
    header = view(test)
    assert [header["heads"][i]["head"] for i in header["shown"]] == [2, 0]
    assert (header["side"], header["picked"], header["threshold"]) == ("key", [1, 3], 0.25)
    assert "L1 H2, H0" in header["label"]
    assert {key: test.query_params[key] for key in link} == link


@pytest.mark.parametrize(
    "link",
    [
        {"heads": "99,-1,x"}, {"look": "nobody:1"}, {"look": "query:99999"}, {"threshold": "nan"}, {"threshold": "7"},
        {"window": "5,1,a,b"}, {"window": "900,1000,0,1"}, {"between": "C → D"}, {"continue": "1e9"}, {"pair": "  "},
        {"hide": "everything"}, {"over": "nothing"}, {"axis": "Lines"}, {"map": "Secret"},
    ],
)  # fmt: skip
def test_odd_links_show_the_default(tiny, link):
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", layer="0", head="0", **link))
    header = view(test)
    assert not test.error
    assert header["queries"] == ["[CLS]", "the", "cat", "sat", "[SEP]"]
    assert (header["shown"], header["picked"], header["threshold"]) == ([0], [], 0.1)


def test_another_head_forgets_the_ones_beside_it(tiny):
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", head="1", heads="1,2"))
    test.selectbox(key="head").select(0).run()
    assert view(sound(test))["shown"] == [0]
    assert "heads" not in test.query_params


def test_two_texts_show_each_part_s_view_of_the_other(tiny):
    link = {"pair": "it was tired", "between": "B → A"}
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", **link))
    header = view(test)
    assert header["queries"] == ["it", "was", "tired", "[SEP]"]
    assert header["keys"] == ["[CLS]", "the", "cat", "sat", "[SEP]"]
    assert header["second"] == {"query": [True] * 4, "key": [False] * 5}
    assert "the second text" in header["note"]
    assert label_of_more(test) == "More: second text +1"
    assert {key: test.query_params[key] for key in link} == link


def test_a_causal_model_goes_on_and_others_say_why_not(tiny, causal):
    test = sound(opened("pages/Head.py", model=causal, text="the cat sat", **{"continue": "5"}))
    header = view(test)
    assert sum(header["second"]["query"]) == len(header["queries"]) - 3
    assert "written by the model; what it looked at to write a token stands at the token before it" in header["note"]
    test = sound(opened("pages/Head.py", model=tiny, text="the cat sat", **{"continue": "5"}))
    assert "cannot go on with it" in test.error[0].value


def test_a_long_text_is_an_overview_and_a_window(causal):
    text = " ".join(["cat", "sat", "mat"] * 100)
    test = sound(opened("pages/Head.py", model=causal, text=text, window="150,200,100,170"))
    header = view(test)
    assert (header["window"], header["whole"]) == ([150, 200, 100, 170], [300, 300])
    assert (len(header["queries"]), len(header["keys"])) == (50, 70)
    assert header["overview_size"] == [220, 220]
    assert view(sound(opened("pages/Heads.py", model=causal, text=text)), "grid")["rows"] == 30
    inside = sound(opened("pages/Inside.py", model=causal, text=" ".join(["cat"] * 600)))
    assert "up to 512 tokens; this one has 600" in inside.error[0].value.replace("\\", "")


def test_all_heads_are_sorted_and_filtered(tiny):
    test = sound(opened("pages/Heads.py", model=tiny, text="the cat sat", sort="entropy, low first", only="L1, L0 H2"))
    test.session_state["numbers"] = True  # the table is open
    test = with_more(sound(test.switch_page("pages/Explore.py").run()))
    header = view(test, "grid")
    assert sorted(header["names"]) == ["L0 H2", "L1 H0", "L1 H1", "L1 H2"]
    table = test.dataframe[0].value
    assert table["entropy"].is_monotonic_increasing
    assert header["names"] == [f"L{row.layer} H{row.head}" for row in table.itertuples()]
    for only, said in (
        ("L9", "No head fits"),
        ("fish", "neither a head nor a condition"),
        ("entropy < 0", "No head fits"),
    ):
        test.text_input(key="only").set_value(only).run()
        assert said in sound(test).error[0].value.replace("\\", "")
    test.text_input(key="only").set_value("value > 0.3, entropy < 5").run()
    assert not sound(test).error


@pytest.mark.parametrize("name", ["Logits", "Value-weighted", "Contribution", "Rollout"])
def test_every_map_of_all_heads_is_shown(name, tiny):
    test = sound(opened("pages/Heads.py", model=tiny, text="the cat sat", map=name))
    assert not test.error
    assert len(view(test, "grid")["names"]) == (2 if name == "Rollout" else 6)


@pytest.mark.parametrize(("kind", "queries", "keys"), [
    ("encoder", ["[CLS]", "the", "cat", "sat", "[SEP]"], ["[CLS]", "the", "cat", "sat", "[SEP]"]),
    ("decoder", ["[start]", "[CLS]", "he", "ran"], ["[start]", "[CLS]", "he", "ran"]),
    ("cross", ["[start]", "[CLS]", "he", "ran"], ["[CLS]", "the", "cat", "sat", "[SEP]"]),
])  # fmt: skip
def test_an_encoder_decoder_shows_all_three_kinds(tmp_path, kind, queries, keys):
    make(*ENCODER_DECODERS["bart"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    link = {"model": str(tmp_path), "text": "the cat sat", "target": "he ran", "kind": kind}
    header = view(sound(opened("pages/Head.py", **link)))
    assert (header["queries"], header["keys"]) == (queries, keys)
    assert view(sound(opened("pages/Heads.py", **link)), "grid")["names"][0] == "L0 H0"
    refused = sound(opened("pages/Heads.py", **link, map="Rollout")).error
    said = refused[0].value.replace("\\", "") if refused else ""
    assert ("none for cross-attention" in said) == (kind == "cross")


@pytest.mark.parametrize("page", [page for page in PAGES if Path(page).stem not in MOVED])
def test_every_page_has_one_menu_for_links_and_exports(page, tiny):
    test = sound(opened(page, model=tiny, text="the cat sat"))
    assert not test.get("download_button")  # nobody has opened it yet
    test.session_state["share"] = True
    test = sound(test.run())
    labels = [button.proto.label for button in test.get("download_button")]
    assert labels == ["Page (HTML)", "CSV", "Parquet", "JSON"]
    header = view(test)
    assert header["title"]
    assert header["file_name"]
    assert any("the cat sat" in fact for fact in header["facts"])


@pytest.mark.real_model
def test_the_first_page_shows_the_head_that_looks_at_the_cat(minilm):
    header = view(sound(opened("pages/Sentence.py")), "strips")
    assert header["words"][header["query"]] == "it"
    assert header["words"][header["target"]] == "cat"
    assert header["heads"][0] == [3, 1]
    assert "49 % of the attention of “it” to “cat”; the other words give it 13 % on average" in header["caption"]


@pytest.mark.real_model
@pytest.mark.parametrize("page", ["Explore", "Head", "Heads", "Inside"])
def test_a_page_of_heads_begins_with_the_one_that_stands_out_and_a_link_with_its_own(minilm, page):
    test = sound(opened(f"pages/{page}.py"))
    assert (test.query_params["layer"], test.query_params["head"]) == ("3", "1")
    test = sound(opened(f"pages/{page}.py", layer="0", head="0"))
    assert (test.query_params["layer"], test.query_params["head"]) == ("0", "0")


def test_what_is_chosen_in_a_picture_is_chosen_of_the_head_it_shows(monkeypatch):
    from mha_viz.ui.parts import lines
    from mha_viz.ui.shell import settings

    held = {"layer": 3, "head": 1, "heads": ""}  # what the menus held before the picture turned to H2
    monkeypatch.setattr(settings.st, "session_state", held)
    take = lines._of_this_head(3, 2, lambda down: held.update(layer=held["layer"] + down))
    take(1)
    assert (held["layer"], held["head"]) == (4, 2)


@pytest.mark.parametrize("page", ["pages/Head.py", "pages/Explore.py"])
def test_a_head_in_cross_attention_has_a_card(page, tmp_path):
    make(*ENCODER_DECODERS["bart"]).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    test = sound(opened(page, model=str(tmp_path), text="the cat sat", target="he ran", kind="cross", layer="1"))
    said = "\n".join(part.value.replace("\\", "") for part in test.markdown)
    assert "nothing is measured of heads in cross-attention" in said
    assert "Words of the target give" in said
    assert "**Heads like this one**, here: L" in said
    assert not test.error


def test_what_was_measured_of_these_weights_stands_on_the_card_of_a_head_in_cross_attention(tmp_path, monkeypatch):
    network = make(*ENCODER_DECODERS["bart"])
    network.save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    row = dict.fromkeys(("error_rate", "low", "high", "low_read", "high_read"), 0.9) | {"error_rate_read": 0.25}
    rows = [{"layer": layer, "head": head, **row} for layer in range(2) for head in range(12)]
    facts = dict.fromkeys(("diagonal", "random_weights", "all_heads", "chosen_error_rate", "chosen_low"), 0.5)
    facts |= {"chosen": (1, 0), **dict.fromkeys(("chosen_high", "chosen_diagonal", "less_low", "less_high"), 0.5)}
    measured = Translated(pd.DataFrame(rows), 24, 201, facts)
    monkeypatch.setattr("mha_viz.ui.parts.card.linked_words_of", lambda _model: measured)
    link = {"model": str(tmp_path), "text": "the cat sat", "target": "he ran", "kind": "cross", "layer": "1"}
    said = "\n".join(part.value.replace("\\", "") for part in sound(opened("pages/Explore.py", **link)).markdown)
    assert "its alignment error rate is 25.0 %" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "nothing is measured of heads in cross-attention" not in said
    assert "Words of the target give" in said
