"""Every setting of the pages, one row each: its key, its default, what it may be, and whether a link holds it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

import streamlit as st

from mha_viz.attention.selection import MAPS, OVER
from mha_viz.attention.shown import Window
from mha_viz.comparison.trials import HOWS
from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS
from mha_viz.evidence.score_names import WORDS
from mha_viz.inputs.examples import FIRST_TEXT
from mha_viz.inputs.media.picture_examples import DRAWN
from mha_viz.inputs.media.timings import spoken_names
from mha_viz.language import ENGLISH, LANGUAGES, N_
from mha_viz.models.catalogue import DEFAULT, HEARS, SEES
from mha_viz.objects import KINDS, Head
from mha_viz.precision import DTYPES, WHOLE, Dtype
from mha_viz.recording.generate import MOST
from mha_viz.ui.shell.setting import Setting as Setting
from mha_viz.ui.shell.values import (
    Cells,
    Drawn,
    Look,
    Over,
    as_it_is,
    cells,
    characters,
    corners,
    drawn_heads,
    hidden,
    laid_over,
    looking,
    place,
    places,
    share,
    with_commas,
    written_cells,
    written_characters,
    written_heads,
    written_look,
    written_over,
    written_place,
    written_places,
)
from mha_viz.ui.shell.views import VIEWS
from mha_viz.views.atlas import COLOURS
from mha_viz.views.media.picture_tints import LOOKS
from mha_viz.views.scores.scores import GENERAL, HERE
from mha_viz.views.style.theme import LINES_FROM

T = TypeVar("T")
MOST_PIXELS = 78  # of a picture of the map
SPOKEN = spoken_names()
EFFECTS = (N_("total"), N_("direct"), N_("estimate"), N_("side by side"))
READINGS = (TEXT, CODE) = ("text", "code")
CHAT = (N_("no"), N_("yes"), N_("up to an answer"))  # the last ends with what the template writes before an answer


class Settings:
    """The table; those of the link stand in its order."""

    text = Setting("text", FIRST_TEXT, "the text that is read", str, is_text=True)
    reads = Setting("as", "", "what the text is read as, where what it looks like is not meant", str, ("", *READINGS))
    target = Setting("target", "", "what the decoder of an encoder-decoder reads", str, is_text=True)
    language = Setting("language", "", "the language of the text, where a translation model is told it", str)
    target_language = Setting("target_language", "", "the language of the target, where a model is told it", str)
    chat = Setting("chat", CHAT[0], "whether the text is a message of a chat", str, CHAT)
    before = Setting("before", "", "the messages before it", str, is_text=True)
    model = Setting("model", DEFAULT, "the model", str)
    dtype: Setting[Dtype] = Setting("dtype", WHOLE, "what models compute in", as_it_is, DTYPES)
    kind = Setting("kind", KINDS[0], "which attention, where there are several", str, KINDS)
    from_ = Setting("from", "", "the word that looks", str)
    to = Setting("to", "", "the word looked at", str)
    layer = Setting("layer", 0, "the layer", int)
    head = Setting("head", 0, "the head", int)
    view = Setting("view", VIEWS[0], "what is shown beside the map of all heads", str, VIEWS)
    map = Setting("map", "Pattern", "the map", str, tuple(MAPS))
    axis = Setting("axis", "Tokens", "what the axes count", str, (N_("Tokens"), N_("Words"), N_("Parts")))
    token = Setting("token", "", "the token that looks", str)
    step = Setting("step", 0, "the step of the computation", int)
    over = Setting("over", OVER[0], "of each head, or of the heads of a layer together", str, OVER)
    hide: Setting[tuple[str, ...]] = Setting("hide", (), "what is hidden", hidden, write=with_commas)
    renormalise = Setting("renormalise", "no", "whether rows are scaled to sum to 1", str, ("no", "yes"))
    pair = Setting("pair", "", "a second text, read together with the first", str, is_text=True)
    continue_ = Setting("continue", 0, "by how many tokens a causal model goes on", int, range(MOST + 1))
    between = Setting("between", "", "of a text in parts: from which to which", str)
    heads: Setting[Drawn] = Setting("heads", (), "the heads drawn, the chosen first", drawn_heads, write=written_heads)
    several = Setting("several", "side by side", "how several heads are drawn", str, ("side by side", "mean"))
    look: Setting[Look] = Setting("look", ("query", ()), "the tokens that were clicked", looking, write=written_look)
    threshold = Setting("threshold", LINES_FROM, "lines weaker than this share are not drawn", share)
    window: Setting[Window | None] = Setting(
        "window", None, "which part of a long text is shown", corners, write=lambda window: with_commas(window or ())
    )
    sort = Setting(
        "sort", "layer", "the order of the heads", str,
        (N_("layer"), N_("largest value"), N_("entropy, low first"), N_("entropy, high first"),
         N_("distance, near first"), N_("distance, far first"), N_("share to the passage")),
    )  # fmt: skip
    coloured = Setting("coloured", "patterns", "what the pictures of the map are coloured by", str)
    size = Setting("size", 0, "how large they are; 0: as large as fits", int, range(MOST_PIXELS + 1))
    only = Setting("only", "", "which heads are shown", str)
    where = Setting("where", HERE, "in this sentence, or over a corpus", str, (HERE, GENERAL))
    profile = Setting("profile", SHIPPED, "whose profile is shown, where there are two", str, (SHIPPED, YOURS))
    find = Setting("find", WORDS, "what heads are looked for", str)
    score = Setting("score", "", "which score of the family", str)
    direction = Setting("direction", "", "from which end of a dependency", str)
    among = Setting("among", "", "which heads the table shows", str)
    name = Setting("name", "", "the name that is followed", str)
    passage = Setting("passage", None, "the passage, by its characters", characters, write=written_characters)
    marks = Setting("marks", "", "what was corrected in the annotation", str)
    compare = Setting(
        "compare", "two sentences", "what is compared", str, (N_("two sentences"), N_("two models"), N_("two heads")),
    )  # fmt: skip
    second = Setting("second", "", "the second sentence", str, is_text=True)
    model2 = Setting("model2", "", "the second model of a comparison", str)
    pairing = Setting(
        "pairing", "the nearest relative", "which head of the other model stands beside each head", str,
        (N_("at the same place"), N_("the nearest relative")),
    )  # fmt: skip
    against = Setting("against", "", "what goes to this word is taken from what goes to the other", str)
    other = Setting("other", "", "the second of two heads", str)
    partner = Setting("partner", None, "the head of the second model, if not the proposed", place, write=written_place)
    story = Setting("story", 0, "the step of the lesson", int)
    lesson = Setting("lesson", "who_was_tired", "the lesson that is played", str)
    asked = Setting("asked", "no", "whether a step's question waits for guesses", str, ("no", "yes"))
    ending = Setting("ending", "tired", "how the sentence of the lesson ends", str, ("tired", "dirty"))
    notes = Setting("notes", "no", "presenter's notes", str, ("no", "yes"))
    type = Setting("type", "ordinary", "the size of everything", str, ("ordinary", "large"))
    level = Setting("level", "university", "for whom a lesson is told", str, ("school", "university"))
    present = Setting("present", "no", "whether nothing but the lesson is on the page", str, ("no", "yes"))
    texts = Setting("texts", "this sentence", "the texts of the atlas", str, ("this sentence", "our example sentences"))
    beside = Setting("beside", "none", "the second model of the atlas", str)
    beside_head = Setting("beside_head", None, "the chosen head, of the second model", place, write=written_place)
    colour = Setting("colour", COLOURS[0], "what colours stand for", str, COLOURS)
    clusters = Setting("clusters", 6, "how many clusters", int, range(2, 13))
    training = Setting("training", "model", "which training", str, ("model", "heads", "induction"))
    moment = Setting("moment", 0, "the step of the training", int)
    follow = Setting("follow", "", "the score that is followed", str)
    sentence = Setting("sentence", 0, "the text whose patterns are shown", int)
    changed: Setting[tuple[Head, ...]] = Setting(
        "changed", (), "the heads that are changed, if more or others than the chosen one", places, write=written_places
    )
    how = Setting("how", HOWS[0], "what happens to heads that are changed", str, HOWS)
    ask = Setting("ask", "", "what is looked at before and after a change", str)
    word = Setting("word", "", "the word whose logit is looked at", str)
    beside_word = Setting("beside_word", "", "minus that of this word", str)
    source = Setting("source", "", "the text from which changed heads take", str, is_text=True)
    cut: Setting[tuple[Head, ...]] = Setting(
        "cut", (), "the lines that are cut: pairs of tokens, the one that looks first", places, write=written_places
    )
    alone = Setting("alone", "no", "whether every head is taken out alone", str, ("no", "yes"))
    effect = Setting("effect", "total", "which effect of a head alone is drawn", str, tuple(EFFECTS))
    pruned = Setting("pruned", "no", "whether heads are taken out one after the other", str, ("no", "yes"))
    interface = Setting("ui", ENGLISH, "the language of the app", str, tuple(LANGUAGES))
    picture = Setting("drawing", DRAWN[0], "which of our pictures is shown", str, DRAWN)
    sees = Setting("sees", SEES, "the model that reads the picture", str)
    question = Setting("question", "What is in the picture?", "what is asked beside the picture", str, is_text=True)
    blind = Setting("blind", "no", "whether the word is cut from the picture", str, ("no", "yes", "painted"))
    overlay: Setting[Over] = Setting("overlay", "head", "heads laid over it together", laid_over, write=written_over)
    overlay_as = Setting("overlay_as", "mean", "whether these are averaged or summed", str, ("mean", "sum"))
    piece = Setting("piece", 0, "the tile, from 1, where a model sees several; 0: the last", int)
    patch = Setting("patch", "", "the patch, or the word beside a picture, that looks", str)
    picture_head = Setting("picture_head", None, "the head over the large picture", place, write=written_place)
    region: Setting[Cells] = Setting("region", (), "the patches that a reader painted", cells, write=written_cells)
    picture_beside = Setting("picture_beside", "", "the picture or the model beside the first", str)
    sound_beside = Setting("sound_beside", "", "the sound or the model beside the first", str)
    beside_place = Setting("beside_place", None, "the head of that, if not the proposed", place, write=written_place)
    filled = Setting("filled", LOOKS, "what the small pictures of heads are filled with", str)
    spoken = Setting("spoken", SPOKEN[0], "which of our sounds is heard", str, SPOKEN)
    hears = Setting("hears", HEARS, "the model that hears the sound", str)
    said = Setting("said", "", "what is said in it, where the model is not to write that itself", str, is_text=True)
    listens = Setting("listens", "words", "what listens: words, or moments of the sound", str, ("words", "moments"))
    listener = Setting("listener", 0, "which word listens, or which moment of the window", int)
    heard_from = Setting("heard_from", 0.0, "the second at which the window of moments begins", float)
    sound_head = Setting("sound_head", None, "the head whose words or moments are exact", place, write=written_place)
    timed = Setting("timed", "sound", "which sounds say how heads follow words", str, ("sound", "ours"))
    claim = Setting("claim", "", "the published claim that is chosen", str)
    claim_model = Setting("claim_model", "", "the model that it is measured with", str)
    # Held in the session alone: what widgets need beside the settings of the link.
    hidden_parts: Setting[list[str]] = Setting("hidden_parts", [], "hidden, for the widget", list, in_link=False)
    first_head = Setting("first_head", "", "the first of two heads, by its name", str, in_link=False)
    second_head = Setting("second_head", "", "the second of two heads, by its name", str, in_link=False)
    trail_head = Setting("trail_head", 0, "the head of the best trail, by its rank", int, in_link=False)
    passage_offered = Setting("passage_offered", 0, "which of those that the text offers it is", int, in_link=False)
    passage_first = Setting("passage_first", 0, "the first word of the passage", int, in_link=False)
    passage_last = Setting("passage_last", 0, "the last word of the passage", int, in_link=False)
    passage_words = Setting("passage_words", "", "what was typed of a passage", str, in_link=False)
    changed_heads: Setting[list[str]] = Setting("changed_heads", [], "changed, for the widget", list, in_link=False)
    all_of = Setting("all_of", None, "the score whose established heads are taken", as_it_is, in_link=False)
    every_head = Setting("every_head", False, "whether every head goes alone, for the widget", bool, in_link=False)
    one_by_one = Setting("one_by_one", False, "whether heads go one by one, for the widget", bool, in_link=False)
    part = Setting("part", 0, "the part of a long text whose annotation is drawn", int, in_link=False)
    relation = Setting("relation", None, "what one marked word is to the other", as_it_is, in_link=False)
    own_sentence = Setting("own_sentence", None, "the sentence of one's own file", as_it_is, in_link=False)
    run = Setting("run", "shipped", "the training that comes with the app, or one's own", str, in_link=False)


SETTINGS: tuple[Setting[Any], ...] = tuple(row for row in vars(Settings).values() if isinstance(row, Setting))


def setting(row: Setting[T], default: T | None = None, choices: Collection[T] | None = None) -> T:
    """The value of a setting, checked: what comes from a link is somebody's input.

    Parameters
    ----------
    row : Setting
        Of the table.
    default : T, optional
        What the page proposes, instead of the table.
    choices : collection of T, optional
        What it may be on this page, instead of what the table says.
    """
    default = row.default if default is None else default
    choices = row.choices or None if choices is None else choices
    value = held(row)
    if value is None:
        return default
    try:
        value = row.parse(value)
    except (TypeError, ValueError):
        return default
    return default if choices is not None and value not in choices else value


def held(row: Setting[Any]) -> Any:
    """What the session holds of a setting, as it is; None for nothing."""
    return st.session_state.get(row.key)


def set_setting(row: Setting[T], value: T) -> None:
    """Choose a value for the next run, or before a widget of this run shows it."""
    st.session_state[row.key] = row.write(value)


def fit_setting(row: Setting[T], default: T | None = None, choices: Collection[T] | None = None) -> T:
    """The same as ``setting``, and what is held becomes what fits: a widget of that key then shows it."""
    value = setting(row, default, choices)
    set_setting(row, value)
    return value


def clear_settings(*rows: Setting[Any]) -> None:
    """As if nobody had chosen these."""
    for row in rows:
        st.session_state[row.key] = ""
