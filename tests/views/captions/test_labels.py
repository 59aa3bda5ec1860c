"""Labels in pictures: pieces are marked, each is said more of when pointed at, and text may run from the right."""

import pytest
import transformers as hf
from tokenizers import normalizers

from mha_viz.attention.maps import trace_of
from mha_viz.attention.overview import overview_of
from mha_viz.attention.selection import Selection
from mha_viz.attention.shown import choose
from mha_viz.attention.steps import HeadSteps
from mha_viz.attention.tables import word_rows
from mha_viz.comparison.comparison import comparison_of
from mha_viz.inputs.words import word_axes
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.views.captions.labels import FROM_RIGHT, LONG, PIECES, Labels, labels_sentence, said_header, said_of_names
from mha_viz.views.compare.compare import comparison_picture
from mha_viz.views.grid import model_picture
from mha_viz.views.head import head_picture
from mha_viz.views.inside.many_heads import average_picture
from mha_viz.views.inside.steps import STEPS, step_picture
from mha_viz.views.panels import panels_frame
from mha_viz.views.strips import ROWS_FROM_RIGHT, WordPair, pair_picture
from mha_viz.views.view import to_bytes
from tests.support.networks.families import BERT, ENCODER_DECODERS, make, text_model, tokenizer
from tests.support.networks.families import TEXT as TEXT_MODELS
from tests.support.pages.drawn import opened
from tests.support.texts.texts import byte_tokenizer

TEXT = "a cat é"  # every byte is a token: a ␣ c a t ␣ and two for é


@pytest.fixture(scope="module")
def model():
    own = byte_tokenizer()
    config = hf.BertConfig(**{**BERT, "vocab_size": len(own), "max_position_embeddings": 211})
    return model_from(make(hf.BertModel, config), own, name="bert")


def shown_of(model, text=TEXT, **selection):
    return choose(capture(model, text), Selection("encoder", **selection))


def head_of(model, text=TEXT, window=None, **selection):
    return opened(head_picture(shown_of(model, text, **selection), 1, [2], window=window))[0]


def test_pieces_are_marked_in_rows_and_columns_and_that_is_said_once(model):
    header = head_of(model)
    assert header["queries"] == header["keys"] == ["a", "␣", "c", "·a", "·t", "␣", "é 1/2", "·é 2/2"]
    assert header["note"].count(PIECES.strip()) == 1
    assert "marked" not in head_of(model, "a b")["note"]


def test_each_token_is_said_with_its_form_and_number_once_for_both_axes(model):
    header = head_of(model)
    ids = model.processor.convert_tokens_to_ids(["a", "Ġ", "c", "a", "t", "Ġ", "Ã", "©"])
    forms = ["a", "Ġ", "c", "a", "t", "Ġ", "Ã", "©"]
    assert header["said"] == {"query": [f"token “{form}”, id {i}" for form, i in zip(forms, ids, strict=True)]}


def test_on_words_the_pieces_are_said_and_nothing_is_marked(model):
    header = head_of(model, words=True)
    ids = dict(zip("cat", model.processor.convert_tokens_to_ids(list("cat")), strict=True))
    assert header["queries"] == ["a", "␣", "cat", "␣", "é"]
    assert header["said"]["query"][2] == f"3 pieces c a t, ids {ids['c']} {ids['a']} {ids['t']}"
    assert "marked" not in header["note"]


def test_what_is_hidden_leaves_the_rest_as_it_was(model):
    whole, fewer = head_of(model), head_of(model, hidden=("first token",))
    assert fewer["queries"] == whole["queries"][1:]
    assert fewer["said"]["query"] == whole["said"]["query"][1:]


def test_a_window_of_each_axis_says_what_stands_in_it(model):
    text = "cat " * 43 + "é"  # 174 tokens, of which 128 fit
    whole = head_of(model, text, window=(0, 128, 0, 128))
    header = head_of(model, text, window=(1, 129, 46, 174))
    assert header["queries"][:4] == ["·a", "·t", "␣", "c"]
    assert header["keys"][-3:] == ["␣", "é 1/2", "·é 2/2"]
    assert header["said"]["query"][:127] == whole["said"]["query"][1:]
    assert header["said"]["key"][-1].startswith("token “©”, id ")
    assert len(header["said"]["key"]) == 128


def test_cross_attention_says_of_keys_what_keys_are():
    bart = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    found = capture(bart, "the cat", target="he ran")
    header = opened(head_picture(choose(found, Selection("cross")), 1, [1]))[0]
    sides = found.query_positions["cross"], found.key_positions["cross"]
    for axis, side in zip(sides, ("query", "key"), strict=True):
        told = [f"token “{token}”, id {i}" for token, i in zip(axis.tokens, axis.ids, strict=True)]
        assert header["said"][side] == told


def test_a_grid_says_only_what_its_maps_are_strongest_at(model):
    shown = shown_of(model, "a a cat")
    header, _ = opened(model_picture(shown, overview_of(shown, 30)))
    named = {label for query, key, _ in header["strongest"] for label in (query, key)}
    assert set(header["said"]) == {"query"}
    assert set(header["said"]["query"]) == named
    every = dict(
        zip(["a", "␣", "a#2", "␣#2", "c", "·a#3", "·t"], head_of(model, "a a cat")["said"]["query"], strict=True)
    )
    assert header["said"]["query"] == {label: every[label] for label in named}
    assert (PIECES in header["note"]) == any(label.startswith("·") for label in named)
    assert any(label.startswith("·") for label in named)


def test_the_average_of_a_layer_says_the_same(model):
    header, _ = opened(average_picture(capture(model, "a cat"), 1, "encoder"))
    named = {label for query, key, _ in header["strongest"] for label in (query, key)}
    assert set(header["said"]["query"]) == named <= {"a", "␣", "c", "·a#2", "·t"}
    assert (PIECES in header["note"]) == bool(named & {"·a#2", "·t"})


def test_the_steps_of_a_head_say_the_same_of_their_rows(model):
    found = capture(model, "a cat")
    steps = HeadSteps(found, found.calls[1], trace_of(found, 1), 2, 3, lambda: None)
    header, _ = opened(step_picture(steps, 2, STEPS[2][1](steps)))  # query · key
    assert [(panel["axis"], panel["first"]) for panel in header["panels"]] == [("key", 0)] * 2
    assert header["panels"][0]["rows"] == header["panels"][1]["rows"] == ["a", "␣", "c", "·a#2", "·t"]
    assert header["said"] == head_of(model, "a cat")["said"]
    assert header["note"].endswith(PIECES)
    header, _ = opened(step_picture(steps, 6, STEPS[6][1](steps)))  # all heads side by side
    assert [panel["axis"] for panel in header["panels"]] == ["", "query"]
    assert (header["panels"][1]["rows"], header["panels"][1]["first"]) == (["·a#2"], 3)
    assert panels_frame(STEPS[6][1](steps).panels)["row"].iloc[-1] == "a#2"  # exports hold labels as they are
    header, _ = opened(step_picture(steps, 8, STEPS[8][1](steps)))  # of heads alone
    assert "said" not in header


def test_strips_say_the_pieces_of_their_words(model):
    found = capture(model, "a cat sat")
    query, key = word_axes(found, "encoder")
    rows = word_rows(found, query, key, 2, kind="encoder")
    header, _ = opened(pair_picture(WordPair(found, "encoder", query, key, 2, 0), rows, rows, [0, 2, 4]))
    said = head_of(model, "a cat sat", words=True)["said"]["query"]
    assert (header["words"], header["said"]) == (["a", "cat", "sat"], {"key": [said[0], said[2], said[4]]})
    assert (header["right_to_left"], header["note"].count("from right to left")) == (False, 0)


def test_strips_of_text_that_runs_from_the_right_do_so_too(model):
    found = capture(model, "שלום cat עולם")
    query, key = word_axes(found, "encoder")
    rows = word_rows(found, query, key, 4, kind="encoder")
    header, _ = opened(pair_picture(WordPair(found, "encoder", query, key, 4, 0), rows, rows, [0, 2, 4]))
    assert header["words"] == ["\u2068שלום\u2069", "cat", "\u2068עולם\u2069"]
    assert header["right_to_left"] is True
    assert header["note"].endswith(ROWS_FROM_RIGHT)
    assert "of the attention of “\u2068עולם\u2069” to “\u2068שלום\u2069”" in header["caption"]


def test_two_sides_say_the_same_once_and_what_differs_of_both(model):
    head = ((0, 1), (0, 1))
    words = {"caption": "", "note": "", "facts": {}}
    same = comparison_of(*capture(model, ["a cat"] * 2))
    header, _ = opened(comparison_picture(same, head, **words))
    said = head_of(model, "a cat", words=True)["said"]
    assert [side.get("said") for side in header["sides"]] == [said, None]
    other = comparison_of(*capture(model, ["a cat", "a cow"]))
    header, _ = opened(comparison_picture(other, head, **words))
    theirs = head_of(model, "a cow", words=True)["said"]
    assert [side["said"] for side in header["sides"]] == [said, theirs]
    assert theirs["query"][2].startswith("3 pieces c o w, ids ")


def test_each_side_of_a_changed_word_runs_its_own_way(model):
    other = comparison_of(*capture(model, ["a שלום", "a עולם"]))
    header, _ = opened(comparison_picture(other, ((0, 1), (0, 1)), caption="", note="", facts={}))
    assert header["queries"][2] == "\u2068שלום\u2069 → \u2068עולם\u2069"
    assert [side["keys"][2] for side in header["sides"]] == ["\u2068שלום\u2069", "\u2068עולם\u2069"]
    assert header["note"] == FROM_RIGHT


def test_a_comparison_says_what_is_read_of_a_pair():
    own = tokenizer()
    own.backend_tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=True, lowercase=True)
    found = capture(model_from(make(*TEXT_MODELS["bert"]), own, name="bert"), ["thé cat", "the cat"])
    header, _ = opened(comparison_picture(comparison_of(*found), ((0, 1), (0, 1)), caption="", note="", facts={}))
    (first,) = {side["said"]["query"][1] for side in header["sides"][:1]}
    assert first == "token “the”, id 5, read as “the”"
    assert header["sides"][1]["said"]["query"][1] == "token “the”, id 5"


def test_text_that_runs_from_the_right_is_isolated_and_said_once():
    header = opened(head_picture(choose(capture(text_model("bert")[1], "the cat"), Selection("encoder")), 1, [2]))[0]
    assert FROM_RIGHT not in header["note"]
    model = text_model("bert")[1]
    found = capture(model, "cat שלום (12)")
    header = opened(head_picture(choose(found, Selection("encoder")), 1, [2]))[0]
    assert header["queries"][2] == "\u2068שלום (unknown)\u2069"
    assert header["note"].count(FROM_RIGHT.strip()) == 1
    assert [label for label in header["queries"] if "\u2068" in label] == [header["queries"][2]]


def test_one_list_serves_two_equal_axes():
    axis, other = Labels(["a", "b"], ["A", "B"]), Labels(["a", "c"], ["A", "C"])
    assert said_header(axis, axis) == {"said": {"query": ["A", "B"]}}
    assert said_header(axis, other) == {"said": {"query": ["A", "B"], "key": ["A", "C"]}}
    assert said_header(Labels(["a"], []), Labels(["b"], [])) == {}
    assert said_of_names(axis, axis, [("a", "b")]) == {"said": {"query": {"a": "A", "b": "B"}}}
    assert said_of_names(axis, other, [("b", "c")]) == {"said": {"query": {"b": "B"}, "key": {"c": "C"}}}
    assert said_of_names(Labels(["a"], []), Labels(["b"], []), [("a", "b")]) == {}


def test_a_middle_dot_alone_is_no_mark():
    assert labels_sentence(["·", "a"]) == ""
    assert labels_sentence(["a"], ["\u2068·ם\u2069"]) == PIECES + FROM_RIGHT


def test_that_a_label_is_cut_is_said():
    assert labels_sentence(["a" * 40 + "… 61 characters", "b"]) == LONG
    assert labels_sentence(["a" * 60], ["… 61 characters"]) == ""


def test_what_is_said_of_labels_takes_few_bytes(model):
    shown = shown_of(model, "unbelievable " * 4 + "but cat é")  # 62 tokens
    view = head_picture(shown, 1, [2])
    bare = type(view)(view.kind, {name: part for name, part in view.header.items() if name != "said"}, view.arrays)
    assert 0 < len(to_bytes(view)) - len(to_bytes(bare)) < 30 * 62
