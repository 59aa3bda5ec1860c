"""The story for a class: one sentence, step by step, from what a reader connects to a whole model. Every number on it
is computed when it is shown.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
import torch

from mha_viz.comparison.distance import against_average
from mha_viz.errors import NotSeenError
from mha_viz.evidence.cards import general_card, twins_sentence
from mha_viz.evidence.specialists import specialists
from mha_viz.ui.pages.story.scene import (
    ENDINGS,
    Scene,
    draw_strips,
    given_by_others,
    head_strips,
    show_briefing,
    show_connection,
    small_pictures,
    turning_head,
)
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.views.compare import change_sentence
from mha_viz.views.strips import others_sentence
from mha_viz.wording import head_name, in_percent, layer_name


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
    layer, head = scene.best(ENDINGS[0])[0]
    share = scene.rows(ENDINGS[0])[layer, head]
    given = in_percent(share[scene.place("cat")].item())
    others = others_sentence(*given_by_others(scene, ENDINGS[0], [(layer, head)]))
    head_strips(
        scene, ENDINGS[0], [(layer, head)],
        f"One attention lets “{scene.it}” share out its attention, 100 % in all: this one gives {given} to “cat”"
        f"{others}.",
    )  # fmt: skip


def why_one_is_not_enough(scene: Scene) -> None:
    found, (layer, head) = scene.found[ENDINGS[0]], scene.best(ENDINGS[0])[0]
    rows, at = scene.rows(ENDINGS[0])[layer], scene.place("cat")  # (head, word)
    both = torch.stack([rows[head], rows.mean(dim=0)])
    try:
        _, lost = against_average(found, layer, kind=scene.kind)
        change = f", and what the layer hands on would change by {in_percent(lost)}"
    except NotSeenError:
        change = ""
    caption = (
        f"With one pattern for all {len(rows)} heads of {layer_name(layer)}, their average, “{scene.it}” would give "
        f"“cat” {in_percent(both[1, at].item())} instead of {in_percent(both[0, at].item())}{change}. One pattern "
        "cannot look at the neighbour, the verb and the cat at once; several can."
    )
    draw_strips(scene, ENDINGS[0], both, [(layer, head)] * 2, caption, names=["", "average"])


def panel_of_specialists(scene: Scene) -> None:
    if scene.profile is None:
        st.info(frame.plain(f"There is no profile of {scene.model.name}, so nothing is known of its heads in general."))
        return
    found = scene.found[ENDINGS[0]]
    experts = specialists(scene.profile.table, found, scene.kind)
    if not experts:
        st.info("Of this model's heads nothing is established but where they rest.")
        return
    st.markdown("Each of these heads is *established*: over a whole corpus it does what stands beside it.")
    small_pictures(scene, [(one.layer, one.head) for one in experts])
    for one in experts:
        st.markdown(frame.plain(one.sentence))
    layers = [one.layer for one in experts]
    show_briefing(scene, max(layers, key=layers.count))


def looks_at_the_cat(scene: Scene) -> None:
    heads = scene.best(ENDINGS[0])
    share = scene.rows(ENDINGS[0])[heads[0]][scene.place("cat")].item()
    others = others_sentence(*given_by_others(scene, ENDINGS[0], heads[:1]))
    head_strips(
        scene, ENDINGS[0], heads,
        f"“{scene.it}” looks at “cat”: {head_name(*heads[0])} gives it {in_percent(share)}{others}. A head that "
        f"looks there whoever asks says little about “{scene.it}”.",
    )  # fmt: skip


def one_word_changed(scene: Scene) -> None:
    row = turning_head(scene)
    fit_setting(Settings.ending)
    ending = (
        st.segmented_control("The sentence ends with", ENDINGS, key=Settings.ending.key, required=True) or ENDINGS[0]
    )
    name = f"{head_name(row['layer'], row['head'])} turns most of all heads"
    head_strips(scene, ending, [(row["layer"], row["head"])], change_sentence(row, name, "mat"))


def what_the_evidence_says(scene: Scene) -> None:
    row = turning_head(scene)
    layer, head = row["layer"], row["head"]
    st.markdown(f"#### Is {head_name(layer, head)} a head that finds antecedents?")
    if scene.profile is None:
        st.info(frame.plain(f"There is no profile of {scene.model.name}: one sentence cannot tell."))
        return
    st.markdown(frame.plain(twins_sentence(scene.profile.table, scene.model.name)))
    st.markdown("**In general, over a whole corpus:**")
    card = general_card(scene.profile.table, layer, head)
    for _, sentence in card.lines:
        st.markdown(frame.plain(sentence))
    st.markdown(frame.plain(card.ending))


def the_whole_model(scene: Scene) -> None:
    rows = scene.rows(ENDINGS[0])
    st.markdown(f"{rows.shape[0]} layers with {rows.shape[1]} heads each, all at once. Point at one to enlarge it.")
    small_pictures(scene, None)


def your_own_sentence(_scene: Scene) -> None:
    st.markdown("Type a sentence of your own, and look for a head that connects what you connect.")
    _own_sentence()


def _own_sentence() -> None:
    st.page_link("pages/Sentence.py", label="Your own sentence", icon=":material/edit:", query_params=link.link())


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
        "Averaging is what a single attention would have to do: ask what gets lost.",
    ),
    (
        "A panel of specialists", panel_of_specialists,
        "Nobody told the heads what to do. Each was found on half of a corpus and confirmed on the other half.",
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


def show_story(scene: Scene, step: int) -> None:
    """One step, under its title."""
    title, draw, _ = STEPS[step]
    st.subheader(f"{step + 1}. {title}", anchor=False)
    draw(scene)
