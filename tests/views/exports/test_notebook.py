"""Views in a notebook, of captures and of what transformers itself returns; read back from the page they make."""

import base64
import copy
import html
import re

import pytest
import torch

from mha_viz.attention.maps import pattern
from mha_viz.attention.pooling import THUMBNAIL_CELLS
from mha_viz.attention.selection import HIDDEN, OVER
from mha_viz.attention.tables import attention_between, describe_heads, pattern_frame
from mha_viz.comparison.comparison import comparison_of
from mha_viz.comparison.distance import jensen_shannon
from mha_viz.comparison.nearest import distances_in
from mha_viz.errors import InputError, MhaVizError, NotSeenError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from mha_viz.recording.elsewhere.tensors import capture_of
from mha_viz.scores.tallies import tallies_of
from mha_viz.views.exports.frame import FITS, HtmlView
from mha_viz.views.exports.notebook import head_view, model_view
from mha_viz.views.exports.page import to_page
from mha_viz.views.exports.still import still_of
from mha_viz.views.style.theme import ALL_HEADS_NUMBERS
from mha_viz.views.view import View
from tests.support.networks.families import ENCODER_DECODERS, EXACT, TEXT, TEXTS, make, text_model, tokenizer
from tests.support.pages.drawn import views_in
from tests.support.pages.markup import HARD, Page

TOKENS = ["[CLS]", "Ġthe", "▁cat", "<s>", "sat"]


def patterns(n_layers=2, shape=(1, 3, 5, 5), causal=False):
    torch.manual_seed(0)
    raw = torch.randn(n_layers, *shape).mul(3)
    if causal:
        raw = raw.masked_fill(torch.ones(shape[-2:], dtype=torch.bool).triu(1), -torch.inf)
    return list(raw.softmax(dim=-1))


def inside(view):
    return views_in(view.page)[0]


def maps_in(header, arrays):
    """Every map that travels, by its layer and head."""
    shape = (len(header["heads"]), len(header["queries"]), len(header["keys"]))
    places = [(head["layer"], head["head"]) for head in header["heads"]]
    return dict(zip(places, torch.tensor(arrays["values"]).reshape(shape), strict=True))


def heads_in(view):
    """The maps of the layer that is shown."""
    maps = maps_in(*inside(view))
    shown = inside(view)[0]["switches"] or [next(iter(maps))]
    return torch.stack([maps[tuple(place)] for place in shown])


# ---- tensors -----------------------------------------------------------------------------------------------------


def test_a_capture_of_tensors_holds_them():
    given = patterns()
    found = capture_of(given, TOKENS, name="mine")
    assert (found.model_name, found.kinds, len(found.calls)) == ("mine", ("encoder",), 2)
    for layer, one in enumerate(given):
        assert torch.equal(pattern(found, layer), one[0])
    positions = found.query_positions["encoder"]
    assert positions.labels == ("[CLS]", "the", "cat", "<s>", "sat")
    assert positions.is_special == (True, False, False, True, False)
    assert capture_of([one[0] for one in given], TOKENS).calls[1].seen_pattern.shape == (3, 5, 5)
    assert capture_of([one.tolist() for one in given], TOKENS).calls[1].seen_pattern.shape == (3, 5, 5)
    assert capture_of(patterns(shape=(1, 3, 2, 2)), ["Ġ", "[]"]).query_positions["encoder"].labels == ("␣", "[]")
    assert capture_of(patterns(shape=(1, 3, 2, 2)), ["Ġ", "[]"]).query_positions["encoder"].is_special == (False,) * 2


PIECES = ["[CLS]", "un", "##bel", ",", "no"]


def test_pieces_are_marked_and_the_token_that_was_handed_in_is_said():
    header = inside(head_view(patterns(), PIECES))[0]
    assert header["queries"] == header["keys"] == ["[CLS]", "un", "·bel", ",", "no"]
    assert header["said"] == {"query": [f"token “{token}”" for token in PIECES]}  # nobody said their numbers
    assert "marked “·”" in header["note"]
    said = inside(model_view(patterns(), PIECES))[0]["said"]["query"]
    assert set(said.items()) <= set(zip(header["queries"], header["said"]["query"], strict=True))
    as_they_are = inside(head_view(patterns(), PIECES, prettify_tokens=False))[0]
    assert (as_they_are["queries"], "said" in as_they_are) == (PIECES, False)


def test_words_are_joined_where_signs_tell_them():
    header = inside(head_view(patterns(), PIECES, words=True))[0]
    assert header["queries"] == ["[CLS]", "unbel", ",", "no"]
    assert header["said"]["query"][1] == "2 pieces un ##bel"


def test_kinds_are_told_by_what_is_looked_at():
    assert capture_of(patterns(causal=True), TOKENS).kinds == ("decoder",)
    assert capture_of([*patterns(1, causal=True), *patterns(1)], TOKENS).kinds == ("encoder",)
    assert capture_of(patterns(causal=True), TOKENS, kind="encoder").kinds == ("encoder",)
    cross = capture_of(patterns(shape=(1, 3, 2, 5)), ["a", "b"], key_tokens=TOKENS)
    assert cross.kinds == ("cross",)
    assert (cross.query_positions["cross"].labels, len(cross.key_positions["cross"])) == (("a", "b"), 5)
    assert capture_of(patterns(causal=True), TOKENS, key_tokens=list("abcde")).kinds == ("cross",)


def test_no_tensors_come_with_a_hint():
    for nothing in ((), [], (None, None)):
        with pytest.raises(InputError, match=r"attn_implementation='eager', or use mha_viz.capture"):
            model_view(nothing, TOKENS)


def test_shapes_that_do_not_fit_are_told():
    with pytest.raises(InputError, match=r"Layer 0 has shape \(1, 3, 5, 5\); expected \(1, heads, 4, 4\)"):
        head_view(patterns(), TOKENS[:4])
    with pytest.raises(InputError, match=r"Layer 0 has shape \(2, 3, 5, 5\).*one text at a time"):
        model_view(patterns(shape=(2, 3, 5, 5)), TOKENS)
    with pytest.raises(InputError, match=r"Layer 1 has shape \(3, 5\)"):
        model_view([patterns()[0], patterns()[0][0, 0, :3]], TOKENS)
    with pytest.raises(InputError, match=r"expected \(1, heads, 5, 2\)"):
        model_view(patterns(), TOKENS, key_tokens=["a", "b"])
    with pytest.raises(InputError, match="need their tokens"):
        model_view(patterns())


def test_kinds_that_are_not_there_are_told():
    with pytest.raises(InputError, match="'sideways' is no kind of attention: encoder, decoder, cross"):
        model_view(patterns(), TOKENS, kind="sideways")
    model = model_from(make(*ENCODER_DECODERS["bart"]), tokenizer(), name="bart")
    found = capture(model, TEXTS[0], target="he ran")
    with pytest.raises(InputError, match="say which with kind="):
        model_view(found)
    with pytest.raises(InputError, match="'sideways'"):
        head_view(found, kind="sideways")
    assert inside(head_view(found, kind="cross", layer=2))[0]["queries"] == ["[start]", "[CLS]", "he", "ran"]


def test_settings_are_refused_by_name():
    for view in (model_view, head_view):
        with pytest.raises(InputError, match=r"'colour' is no setting of a view: map, over, words, hidden"):
            view(patterns(), TOKENS, colour="red")
        with pytest.raises(InputError, match=r"'Patterns' is not known as map: Pattern, Logits"):
            view(patterns(), TOKENS, map="Patterns")
        with pytest.raises(InputError, match=r"'mean' is not known as over: each head, mean of"):
            view(patterns(), TOKENS, over="mean")
        with pytest.raises(InputError, match=r"'commas' cannot be hidden: special tokens, first token, punctuation"):
            view(patterns(), TOKENS, hidden=["commas"])
    with pytest.raises(InputError, match="'key_tokens' is no setting"):
        model_view(capture_of(patterns(), TOKENS), key_tokens=TOKENS)


def test_layers_and_heads_that_are_not_there_are_told():
    for layer in (2, -1):
        with pytest.raises(InputError, match="layers 0 to 1"):
            head_view(patterns(), TOKENS, layer=layer)
    for heads in ([3], [0, -1], []):
        with pytest.raises(InputError, match=r"heads=\[.*\] does not exist: there are heads 0 to 2"):
            head_view(patterns(), TOKENS, heads=heads)


def test_bertviz_calls_work_as_they_stand():
    causal, own = patterns(3, causal=True), patterns(3, shape=(1, 3, 7, 7))
    words = [f"w{i}" for i in range(7)]
    towers = {"encoder_attention": own, "decoder_attention": causal, "encoder_tokens": words, "decoder_tokens": TOKENS}
    towers["cross_attention"] = patterns(3, shape=(1, 3, 5, 7))
    for view in (model_view, head_view):
        with pytest.raises(InputError, match=r"encoder and decoder and cross attention: say which with kind="):
            view(**towers)
        header = inside(view(**towers, kind="cross", html_action="view"))[0]
        axes = (
            [header["rows"], header["columns"]] if view is model_view else [len(header[a]) for a in ("queries", "keys")]
        )
        assert axes == [5, 7]
    assert torch.equal(heads_in(head_view(**towers, kind="cross", layer=2)), towers["cross_attention"][2][0])
    alone = {name: towers[name] for name in ("cross_attention", "encoder_tokens", "decoder_tokens")}
    assert inside(head_view(**alone))[0]["keys"] == words
    pair = head_view(causal, TOKENS, 2, heads=[1], prettify_tokens=False, html_action="return")
    assert inside(pair)[0]["second"] == {"query": [False, False, True, True, True]} | {"key": [False] * 2 + [True] * 3}
    assert inside(pair)[0]["queries"] == TOKENS
    assert pair.data == pair.page.decode()
    between = inside(head_view(causal, TOKENS, sentence_b_start=2, kind="encoder", between=(1, 0)))[0]
    assert (between["queries"], between["keys"]) == (["cat", "<s>", "sat"], ["[CLS]", "the"])


def test_included_layers_and_heads_are_drawn_under_their_numbers():
    given = patterns(4)
    header, arrays = inside(model_view(given, TOKENS, include_layers=[1, 3], include_heads=[2, 0]))
    assert header["names"] == ["L1 H0", "L1 H2", "L3 H0", "L3 H2"]
    expected = torch.stack([given[layer][0, head] for layer in (1, 3) for head in (0, 2)])
    levels = torch.tensor(arrays["levels"]).reshape(4, 5, 5)
    assert ((levels - expected * 255).abs() <= 0.51).all()
    assert torch.equal(heads_in(head_view(given, TOKENS, include_layers=[2, 3])), given[2][0])
    assert inside(head_view(given, TOKENS, heads=2))[0]["shown"] == [2]
    whole = inside(model_view(given, TOKENS, map="Rollout", include_layers=3))[0]
    assert whole["names"] == ["L3"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"include_layers": [4]}, r"include_layers=\[4\] does not exist: there are layers 0 to 1"),
        ({"include_heads": "0"}, r"include_heads='0' does not exist: there are heads 0 to 2"),
        ({"include_heads": [0], "map": "Rollout"}, "each map is of a whole layer"),
        ({"html_action": "show"}, "'show' is not known as html_action: view, return"),
        ({"display_mode": "light"}, "a view follows its reader's light or dark setting"),
        ({"words": True}, "Tokens alone do not tell where words begin and end"),
        ({"between": (0, 1)}, "say where the second begins with sentence_b_start="),
        ({"hidden": "commas"}, "'commas' cannot be hidden"),
        ({"map": ["Pattern"]}, "is not known as map"),
    ],
)
def test_what_a_view_cannot_do_is_told(settings, sentence):
    with pytest.raises(InputError, match=sentence):
        model_view(patterns(), TOKENS, **settings)


def test_a_capture_comes_with_its_own_tokens():
    for more in ({"tokens": TOKENS}, {"sentence_b_start": 2}):
        with pytest.raises(InputError, match="A capture has its own tokens and texts"):
            head_view(capture_of(patterns(), TOKENS), **more)
    assert inside(head_view(patterns(), TOKENS, hidden=HIDDEN[0]))[0]["queries"] == ["the", "cat", "sat"]


def ragged():
    return [patterns(1, (1, n_heads, 5, 5))[0] for n_heads in (2, 3, 1)]


def test_layers_with_different_numbers_of_heads_are_a_ragged_grid():
    given = ragged()
    header, arrays = inside(model_view(given, TOKENS))
    assert header["names"] == ["L0 H0", "L0 H1", "L1 H0", "L1 H1", "L1 H2", "L2 H0"]
    assert (header["across"], header["cells"]) == (3, [0, 1, 3, 4, 5, 6])
    whole = torch.cat([layer[0] for layer in given])
    assert ((torch.tensor(arrays["levels"]).reshape(6, 5, 5) - whole * 255).abs() <= 0.51).all()
    assert [value for _, _, value in header["strongest"]] == whole.amax(dim=(1, 2)).tolist()
    some = inside(model_view(given, TOKENS, include_heads=[1, 2]))[0]
    assert (some["names"], some["cells"]) == (["L0 H1", "L1 H1", "L1 H2"], None)
    mean = inside(model_view(given, TOKENS, over=OVER[1]))[0]
    assert (mean["names"], mean["cells"]) == (["L0", "L1", "L2"], None)
    assert torch.equal(heads_in(head_view(given, TOKENS, layer=1, heads=[2])), given[1][0])
    with pytest.raises(InputError, match="heads 0 to 1"):
        head_view(given, TOKENS, layer=0, heads=[2])
    assert inside(model_view(patterns(), TOKENS))[0]["cells"] is None


def test_tables_of_layers_with_different_numbers_of_heads():
    given, found = ragged(), capture_of(ragged(), TOKENS)
    places = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0)]
    table = describe_heads(found)
    assert list(zip(table["layer"], table["head"], strict=True)) == places
    assert table["value"].tolist() == [given[layer][0, head].max().item() for layer, head in places]
    between = attention_between(found, "cat", "sat").sort_values(["layer", "head"])
    assert list(zip(between["layer"], between["head"], strict=True)) == places
    assert between["attention"].tolist() == [given[layer][0, head, 2, 4].item() for layer, head in places]
    atlas = distances_in(found)
    assert [(layer, head) for _, layer, head in atlas.heads] == places
    expected = jensen_shannon(given[0][0, 1], given[1][0, 2]).item()
    assert abs(atlas.between[1, 4].item() - expected) < 1e-5


def test_what_wants_as_many_heads_in_every_layer_says_so():
    found = capture_of(ragged(), TOKENS)
    said = r"The layers have different numbers of heads \(2, 3, 1\), and this needs as many in every layer"
    with pytest.raises(InputError, match=said):
        comparison_of(found, found)
    with pytest.raises(InputError, match=said):
        tallies_of(found)


def test_rounding_of_half_precision_is_no_learned_sink():
    given = [layer.bfloat16() for layer in patterns(shape=(1, 3, 5, 5))]
    assert (given[0].double().sum(dim=-1) - 1).abs().max() > 1e-3
    header = inside(head_view(given, TOKENS))[0]
    assert (header["badge"], "sum to less than 1" in header["note"]) == ("", False)
    told = inside(head_view([layer * 0.75 for layer in patterns()], TOKENS, sinks=True))[0]
    assert told["badge"] == "rows sum to 0.75: a learned sink takes the rest"


def test_tables_of_tensors():
    found = capture_of(patterns(), TOKENS)
    assert len(describe_heads(found)) == 6
    assert pattern_frame(found, 1, 2).to_numpy().tolist() == patterns()[1][0, 2].tolist()
    assert attention_between(found, "cat", "sat").shape == (6, 3)


@pytest.mark.parametrize("name", ["Value-weighted", "Contribution"])
def test_maps_that_tensors_do_not_tell_are_refused(name):
    with pytest.raises(NotSeenError):
        model_view(patterns(), TOKENS, map=name)


def test_logits_that_tensors_do_not_tell_are_refused():
    with pytest.raises(MhaVizError):
        head_view(patterns(), TOKENS, map="Logits")


# ---- what is in the views ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bert", "llama", "gpt-oss"])
def test_views_of_a_capture_hold_its_numbers(name):
    found = capture(text_model(name)[1], TEXTS[1])
    kept = pattern(found, 1)
    torch.testing.assert_close(heads_in(head_view(found, layer=1, heads=[2, 0])), kept, **EXACT)
    header, _ = inside(head_view(found, layer=1, heads=[2, 0]))
    assert header["switches"] == [[1, head] for head in range(len(kept))]
    assert [list(header["heads"][i].values())[:2] for i in header["shown"]] == [[1, 2], [1, 0]]
    assert inside(head_view(found))[0]["shown"] == [0]
    header, arrays = inside(model_view(found))
    levels = torch.tensor(arrays["levels"]).reshape(2 * len(kept), *kept.shape[1:])
    assert ((levels[len(kept) :] - kept / header["top"] * 255).abs() <= 0.51).all()
    assert header["opens"] == [[layer, head] for layer in (0, 1) for head in range(len(kept))]
    first = int(found.kinds == ("decoder",))  # of these the first row and column say nothing
    strongest = kept[:, first:, first:].amax(dim=(1, 2)).tolist()
    assert [value for _, _, value in header["strongest"][len(kept) :]] == strongest


def test_views_of_what_transformers_returns():
    network = make(*TEXT["bert"])
    reference = copy.deepcopy(network)
    reference.set_attn_implementation("eager")
    own = tokenizer()
    inputs = own(TEXTS[1], return_tensors="pt")
    with torch.no_grad():
        attentions = reference(input_ids=inputs["input_ids"], output_attentions=True).attentions
    tokens = own.convert_ids_to_tokens(inputs["input_ids"][0])
    assert torch.equal(heads_in(head_view(attentions, tokens, layer=1)), attentions[1][0])
    assert inside(head_view(attentions, tokens))[0]["queries"] == tokens
    header, arrays = inside(model_view(attentions, tokens))
    levels = torch.tensor(arrays["levels"]).reshape(2, 3, 11, 11)
    assert ((levels - torch.cat(attentions) / header["top"] * 255).abs() <= 0.51).all()
    assert header["names"][-1] == "L1 H2"
    captured = capture(model_from(network, own, name="bert"), TEXTS[1])
    torch.testing.assert_close(heads_in(head_view(captured, layer=1)), attentions[1][0], **EXACT)


def test_settings_reach_the_view():
    given = patterns()
    view = head_view(given, TOKENS, hidden=[HIDDEN[0]], renormalise=True, over=OVER[1])
    header, _ = inside(view)
    assert header["queries"] == ["the", "cat", "sat"]
    kept = given[0][0].mean(dim=0)[[1, 2, 4]][:, [1, 2, 4]]
    torch.testing.assert_close(heads_in(view)[0], kept / kept.sum(dim=1, keepdim=True))
    rollout = inside(model_view(given, TOKENS, map="Rollout"))[0]
    assert rollout["names"] == ["L0", "L1"]
    cross = inside(model_view(patterns(shape=(1, 3, 2, 5)), ["a", "b"], key_tokens=TOKENS))[0]
    assert (cross["rows"], cross["columns"]) == (2, 5)


def test_of_a_long_text_only_the_chosen_heads_travel():
    header, arrays = inside(
        head_view(patterns(1, (1, 40, 131, 131)), [f"t{i}" for i in range(131)], heads=[7, 3], layer=0)
    )
    assert [[head["layer"], head["head"]] for head in header["heads"]] == header["switches"] == [[0, 7], [0, 3]]
    assert (header["window"], header["whole"]) == ([0, 128, 0, 128], [131, 131])
    assert arrays["overview"].size == 131 * 131


def test_the_heads_of_all_layers_travel_so_that_a_reader_can_turn_to_them():
    given = patterns(3, (1, 5, 7, 7))
    words = [f"w{i}" for i in range(7)]
    whole = {(layer, head): given[layer][0, head] for layer in range(3) for head in range(5)}
    header, arrays = inside(head_view(given, words, layer=1, heads=[4, 2]))
    assert {place: torch.equal(one, whole[place]) for place, one in maps_in(header, arrays).items()} == dict.fromkeys(
        whole, True
    )
    assert [list(header["heads"][i].values())[:2] for i in header["shown"]] == [[1, 4], [1, 2]]
    assert (header["alone"], header["turns"], header["offers"]) == (
        True,
        True,
        [[i, [0, 1, 2, 3, 4]] for i in range(3)],
    )
    some, arrays = inside(head_view(given, words, include_layers=[0, 2]))
    assert set(maps_in(some, arrays)) == {(layer, head) for layer in (0, 2) for head in range(5)}
    assert some["offers"] is None  # a reader may only ask for what is there


def test_a_picture_of_all_heads_brings_what_a_click_in_it_opens():
    given = patterns(3, (1, 5, 7, 7))
    words = [f"w{i}" for i in range(7)]
    (grid, _), (head, arrays) = views_in(model_view(given, words).page)
    maps = maps_in(head, arrays)
    assert grid["opens"] == [list(place) for place in maps] == [[i, j] for i in range(3) for j in range(5)]
    assert all(torch.equal(one, given[layer][0, head]) for (layer, head), one in maps.items())
    assert grid["hint"] == "Point at a picture; a click, or Enter, opens it."
    (chosen, _), (head, arrays) = views_in(model_view(given, words, include_layers=[1], include_heads=[3, 4]).page)
    assert chosen["opens"] == [list(place) for place in maps_in(head, arrays)] == [[1, 3], [1, 4]]
    (layers, _), (whole, arrays) = views_in(model_view(given, words, over=OVER[1]).page)
    assert (layers["opens"], [one["head"] for one in whole["heads"]]) == ([[0, 0], [1, 0], [2, 0]], [-1, -1, -1])
    assert torch.equal(maps_in(whole, arrays)[2, -1], given[2][0].mean(dim=0))


@pytest.mark.parametrize("draw", [model_view, head_view])
def test_a_bundle_is_no_larger_than_its_code_its_numbers_and_its_still_pictures(draw):
    """Numbers are 4 bytes, of small pictures 1, and four signs of text hold 3 of them; how many travel has a limit."""
    n_layers, n_heads, n = 12, 12, 60
    given = patterns(n_layers, (1, n_heads, n, n))
    assert 0.98 * ALL_HEADS_NUMBERS < n_layers * n_heads * n * n <= ALL_HEADS_NUMBERS
    view = draw(given, [f"t{i}" for i in range(n)])
    maps = [maps_in(header, arrays) for header, arrays in views_in(view.page) if "values" in arrays]
    assert len(maps[0]) == n_layers * n_heads  # all of them
    empty = to_page(View("grid", {}, {}), "t", opened=View("head", {}, {}))
    code = len(html.escape(empty.decode()))
    words = n_layers * n_heads * 300 + 8_000  # names, pairs and sums of each head, labels, facts and sentences
    numbers = 4 * ALL_HEADS_NUMBERS + n_layers * n_heads * THUMBNAIL_CELLS**2
    pictures = 2 * len(view.picture)  # beside the frame, and for readers of pictures alone
    bundle = view._repr_mimebundle_()
    total = sum(len(part.encode()) for part in bundle.values())
    assert total <= code + words + (numbers + pictures) * 4 / 3
    assert total < 4_000_000  # as docs/python.md says


# ---- how a view is shown -----------------------------------------------------------------------------------------


def test_144_heads_of_128_tokens_fit_in_five_megabytes():
    given = patterns(12, (1, 12, 128, 128))
    tokens = [f"token{i}" for i in range(128)]
    for view in (model_view(given, tokens), head_view(given, tokens, heads=[3], layer=11)):
        assert len(view._repr_html_().encode()) < 5_000_000
    header, arrays = inside(model_view(given, tokens))
    assert arrays["levels"].size == 144 * THUMBNAIL_CELLS**2
    assert len(header["names"]) == 144


def test_a_view_is_walled_off_from_the_notebook():
    view = model_view(patterns(), [HARD, *TOKENS[1:]], map="Rollout")
    outer = Page(view._repr_html_())
    assert [tag for tag, _ in outer.elements] == [  # whatever the tokens are
        "script", "iframe", "details", "summary", "img", "p", *["br"] * (len(view.text.splitlines()) - 2)
    ]  # fmt: skip
    assert outer.text("script") == [FITS]  # the same for every view: nothing of what is shown runs outside the frame
    frame = outer.elements[1][1]
    assert set(frame) == {"class", "sandbox", "width", "height", "style", "srcdoc"}
    assert set(frame["sandbox"].split()) == {"allow-scripts", "allow-downloads"}  # no allow-same-origin
    assert frame["srcdoc"] == view.page.decode()
    assert HtmlView(b"<p>", height=17)._repr_html_().count('height="17"') == 1


@pytest.mark.parametrize("draw", [model_view, head_view])
def test_without_frames_a_still_picture_and_the_facts_remain(draw):
    view = draw(patterns(), TOKENS, hidden=HIDDEN[0])
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert base64.b64decode(bundle["image/png"]) == view.picture == still_of_page(view)
    left = re.sub(r"<(iframe|script).*?</\1>", "", bundle["text/html"], flags=re.DOTALL)
    assert "script" not in left
    rest = Page(left)
    (image,) = rest.all("img")
    assert base64.b64decode(image["src"].removeprefix("data:image/png;base64,")) == view.picture
    assert image["alt"] == bundle["text/plain"].splitlines()[0]
    as_text = "\n".join(text for _, text in rest.inside)
    for fact in (
        "model attention tensors",
        "hidden special tokens",
        "unit share of the row's attention",
        "the cat sat",
    ):
        assert fact in as_text
        assert fact in bundle["text/plain"] == repr(view)
    assert "keys: [CLS] the cat <s> sat" in repr(draw(patterns(), TOKENS))
    words = ["a", "שלום", "c", "d", "e"]
    assert "queries and keys: a \u2068שלום\u2069 c d e" in repr(draw(patterns(), words))
    assert set(view._repr_mimebundle_(include={"text/html", "image/png"}, exclude={"image/png"})) == {"text/html"}


def still_of_page(view):
    """The picture of the view that the page holds."""
    header, arrays = inside(view)
    return still_of(View(header["kind"], header, arrays))


def test_nothing_is_asked_of_any_other_place():
    """A notebook that is opened again without a kernel shows the page that it holds."""
    for view in (model_view(patterns(), TOKENS), head_view(patterns(), TOKENS)):
        page = Page(view.page.decode())
        policy = next(meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
        assert policy.startswith("default-src 'none'; ")
        assert not [tag for tag in page.elements if {"src", "href"} & set(tag[1])]
        assert not re.search(r"(?:src|href)=\"(?!data:)", view._repr_html_())


def test_saving_writes_the_page(tmp_path):
    view = head_view(patterns(), TOKENS)
    for path in (tmp_path / "a.html", str(tmp_path / "b.html")):
        saved = view.save(path)
        assert saved.read_bytes() == view.page
    assert view.page.startswith(b"<!DOCTYPE html>")
    assert b"Pattern of L0 H0, attention tensors</title>" in view.page
