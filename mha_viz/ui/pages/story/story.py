"""The story for a class: one sentence, step by step, from what a reader connects to a whole model. Every number on it
is computed when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from mha_viz.attention.word_pairs import beside_average
from mha_viz.comparison.distance import against_average
from mha_viz.errors import NotSeenError
from mha_viz.evidence.cards import general_card
from mha_viz.evidence.model_cards import checked_sentence, twins_of_head_sentence, twins_sentence
from mha_viz.evidence.specialists import seeming_sentence, specialists
from mha_viz.ui.pages.story.mattering import show_mattering
from mha_viz.ui.pages.story.scene import (
    ENDINGS,
    MEANT,
    Scene,
    draw_strips,
    given_by_others,
    head_strips,
    show_briefing,
    show_connection,
    small_pictures,
    turning_head,
)
from mha_viz.ui.parts.profiles import choose_profile, say_whose
from mha_viz.ui.shared.profiles import get_profile_note
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.ui.shell.views import Views
from mha_viz.views.captions.facts import no_profile_sentence
from mha_viz.views.story import (
    average_sentence,
    looking_sentence,
    one_attention_sentence,
    turning_sentence,
    whole_model_sentence,
)
from mha_viz.wording import head_name


def connect(scene: Scene) -> None:
    st.markdown(
        "Who was tired? You did not have to think: **it** is **the cat**. Nothing says so. You connected two words "
        "that stand apart, and *tired* helped you. A model that reads has to do the same."
    )
    show_connection(scene)
    st.markdown(
        "What do the *attention heads* of a model connect? The next steps show it in "
        f"{frame.plain(scene.model.name)}: press Next, or the right arrow key."
    )
    _own_sentence()


def one_attention(scene: Scene) -> None:
    head = scene.best(ENDINGS[0])[0]
    share, (anyone,) = scene.share(ENDINGS[0], head), given_by_others(scene, ENDINGS[0], [head])
    sentence = one_attention_sentence(scene.it, MEANT[ENDINGS[0]], share, anyone)
    head_strips(scene, ENDINGS[0], [head], sentence)


def why_one_is_not_enough(scene: Scene) -> None:
    capture, (layer, head) = scene.captures[ENDINGS[0]], scene.best(ENDINGS[0])[0]
    rows, word = scene.rows(ENDINGS[0])[layer], MEANT[ENDINGS[0]]  # (head, word)
    both = beside_average(rows, head)
    try:
        lost = against_average(capture, layer, kind=scene.kind)[1]
    except NotSeenError:
        lost = None
    sentence = average_sentence(scene.it, word, both[:, scene.place(word)], layer, len(rows), lost)
    draw_strips(scene, ENDINGS[0], both, [(layer, head)] * 2, sentence, names=["", "average"])


def panel_of_specialists(scene: Scene) -> None:
    if scene.profile is None:
        st.info(frame.plain(get_profile_note(scene.model) or no_profile_sentence(scene.model.name)))
        return
    experts = specialists(scene.profile.table, scene.captures[ENDINGS[0]], scene.kind)
    if not experts:
        st.info("No head of this model does more in general than a simple rule.")
        return
    st.markdown(checked_sentence(scene.profile.facts))
    small_pictures(scene, [(expert.layer, expert.head) for expert in experts])
    for expert in experts:
        st.markdown(frame.plain(expert.sentence))
    if seeming := seeming_sentence(scene.profile.table):
        st.markdown(frame.plain(seeming))
    layers = [expert.layer for expert in experts]
    show_briefing(scene, max(layers, key=layers.count))


def looks_at_the_cat(scene: Scene) -> None:
    heads = scene.best(ENDINGS[0])
    share, (anyone,) = scene.share(ENDINGS[0], heads[0]), given_by_others(scene, ENDINGS[0], heads[:1])
    sentence = looking_sentence(scene.it, MEANT[ENDINGS[0]], heads[0], share, anyone)
    head_strips(scene, ENDINGS[0], heads, sentence)


def one_word_changed(scene: Scene) -> None:
    row = turning_head(scene)
    fit_setting(Settings.ending)
    ending = (
        st.segmented_control("The sentence ends with", ENDINGS, key=Settings.ending.key, required=True) or ENDINGS[0]
    )
    n_layers, n_heads, _ = scene.rows(ending).shape
    sentence = turning_sentence(row, n_layers * n_heads, "mat", ENDINGS)
    head_strips(scene, ending, [(row["layer"], row["head"])], sentence)


def what_the_evidence_says(scene: Scene) -> None:
    row = turning_head(scene)
    layer, head = row["layer"], row["head"]
    st.markdown(f"#### Is {head_name(layer, head)} a head that finds antecedents?")
    if scene.profile is None:
        why = get_profile_note(scene.model) or f"There is no profile of {scene.model.name}."
        st.info(frame.plain(f"{why} One sentence cannot tell."))
        show_mattering(scene)
        return
    st.markdown(frame.plain(twins_sentence(scene.profile.table, scene.model.name, scene.profile.facts)))
    st.markdown(frame.plain(twins_of_head_sentence(scene.profile.table, layer, head)))
    st.markdown("**In general, over a whole corpus:**")
    card = general_card(scene.profile.table, layer, head)
    for _, sentence in card.lines:
        st.markdown(frame.plain(sentence))
    st.markdown(frame.plain(card.ending))
    show_mattering(scene)


def the_whole_model(scene: Scene) -> None:
    n_layers, n_heads, _ = scene.rows(ENDINGS[0]).shape
    st.markdown(whole_model_sentence(n_layers, n_heads))
    small_pictures(scene, None)


def your_own_sentence(_scene: Scene) -> None:
    st.markdown("Type a sentence of your own, and look for a head that connects what you connect.")
    _own_sentence()


def _own_sentence() -> None:
    query = {**link.link(), Settings.view.key: Views.from_to}
    st.page_link("pages/Explore.py", label="Your own sentence", icon=":material/edit:", query_params=query)


STEPS: tuple[tuple[str, Callable[[Scene], None], str], ...] = (
    (
        "What you connect", connect,
        "Ask the class: who was tired, and how do you know? Let them say which word told them.",
    ),
    (
        "One attention", one_attention,
        "The boxed word looks. Darker means more; the shares of a line add up to 100 %, special tokens included.",
    ),
    (
        "Why one is not enough", why_one_is_not_enough,
        "One shared pattern has to serve every purpose at once. Ask: what gets lost?",
    ),
    (
        "A panel of specialists", panel_of_specialists,
        "Nobody told the heads what to do. Ask the class which simple rule would do as well as a head.",
    ),
    (
        "It looks at the cat", looks_at_the_cat,
        "These heads look most from the word to the cat. Whether they do so for this reason is the next question.",
    ),
    ("One word changed", one_word_changed, "Press dirty. Let the class guess first how the line will change."),
    (
        "What the evidence says", what_the_evidence_says,
        "A head that solves this sentence need not be a head that finds antecedents: many sentences decide, not one.",
    ),
    ("The whole model", the_whole_model, "Look for stripes (neighbours), vertical lines (one word for all), and dots."),
    ("Your own sentence", your_own_sentence, "Let students type their own on their laptops."),
)  # fmt: skip


IN_GENERAL = (panel_of_specialists, what_the_evidence_says)  # the steps that rest on a profile


def show_story(scene: Scene, step: int) -> None:
    """One step, under its title."""
    title, draw, _ = STEPS[step]
    st.subheader(f"{step + 1}. {title}", anchor=False)
    if draw in IN_GENERAL:
        choose_profile(scene.model)
        say_whose(scene.model)
    draw(scene)
