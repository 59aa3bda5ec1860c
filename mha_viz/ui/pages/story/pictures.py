"""The pictures that a step of a lesson can show, each with the step's text and the numbers that it may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from mha_viz.attention.word_pairs import beside_average
from mha_viz.comparison.distance import against_average
from mha_viz.errors import NotSeenError
from mha_viz.evidence.cards.cards import general_card
from mha_viz.evidence.cards.model_cards import twins_of_head_sentence, twins_sentence
from mha_viz.evidence.specialists import seeming_sentence, specialists
from mha_viz.lessons.lesson import Step, fill
from mha_viz.ui.pages.story.mattering import show_mattering
from mha_viz.ui.pages.story.scene import (
    Scene,
    draw_strips,
    given_by_others,
    head_strips,
    show_briefing,
    show_connection,
    small_pictures,
    turning_head,
)
from mha_viz.ui.shared.profiles import get_profile_note
from mha_viz.ui.shell import frame, link
from mha_viz.ui.shell.settings import Settings, fit_setting
from mha_viz.ui.shell.views import Views
from mha_viz.views.captions.facts import no_profile_sentence
from mha_viz.views.story import average_numbers, checked_on, head_numbers, turning_numbers
from mha_viz.wording import head_name


def tell(scene: Scene, text: str, numbers: Mapping[str, str]) -> None:
    """A text of the lesson with its numbers, as paragraphs."""
    if text:
        st.markdown(fill(text, {name: frame.plain(said) for name, said in {**scene.numbers, **numbers}.items()}))


def caption(scene: Scene, text: str, numbers: Mapping[str, str]) -> str:
    """The same, as the sentence that belongs to a picture."""
    return fill(text, {**scene.numbers, **numbers})


def connection(scene: Scene, step: Step) -> None:
    tell(scene, step.text, {})
    show_connection(scene)
    tell(scene, step.notice, {})
    own_sentence_link()


def best_head(scene: Scene, step: Step) -> None:
    _best_heads(scene, step, 1)


def best_heads(scene: Scene, step: Step) -> None:
    _best_heads(scene, step, None)


def _best_heads(scene: Scene, step: Step, most: int | None) -> None:
    ending = scene.endings[0]
    heads = scene.best(ending)[:most]
    share, (anyone,) = scene.share(ending, heads[0]), given_by_others(scene, ending, heads[:1])
    numbers = head_numbers(heads[0], share, anyone)
    head_strips(scene, ending, heads, caption(scene, step.text, numbers))
    tell(scene, step.notice, numbers)


def average(scene: Scene, step: Step) -> None:
    ending = scene.endings[0]
    layer, head = scene.best(ending)[0]
    both = beside_average(scene.rows(ending)[layer], head)  # of (head, word)
    try:
        lost = against_average(scene.capture, layer, kind=scene.kind)[1]
    except NotSeenError:
        lost = None
    numbers = average_numbers((layer, head), both[:, scene.place(scene.meant(ending))], lost)
    text = caption(scene, step.text, numbers)
    draw_strips(scene, ending, both, [(layer, head)] * 2, text, names=["", "average"])
    tell(scene, step.notice, numbers)


def panel_of_specialists(scene: Scene, step: Step) -> None:
    if scene.profile is None:
        st.info(frame.plain(get_profile_note(scene.model) or no_profile_sentence(scene.model.name)))
        return
    experts = specialists(scene.profile.table, scene.capture, scene.kind)
    if not experts:
        st.info("No head of this model does more in general than a simple rule.")
        return
    numbers = {"sentences": checked_on(scene.profile.facts)}
    tell(scene, step.text, numbers)
    small_pictures(scene, [(expert.layer, expert.head) for expert in experts])
    for expert in experts:
        st.markdown(frame.plain(expert.sentence))
    if seeming := seeming_sentence(scene.profile.table):
        st.markdown(frame.plain(seeming))
    layers = [expert.layer for expert in experts]
    show_briefing(scene, max(layers, key=layers.count))
    tell(scene, step.notice, numbers)


def endings(scene: Scene, step: Step) -> None:
    row = turning_head(scene)
    fit_setting(Settings.ending, scene.endings[0], scene.endings)
    ending = (
        st.segmented_control("The sentence ends with", scene.endings, key=Settings.ending.key, required=True)
        or scene.endings[0]
    )
    numbers = turning_numbers(row, scene.meant(scene.endings[1]), scene.endings)
    head_strips(scene, ending, [(row["layer"], row["head"])], caption(scene, step.text, numbers))
    tell(scene, step.notice, numbers)


def evidence(scene: Scene, step: Step) -> None:
    row = turning_head(scene)
    layer, head = row["layer"], row["head"]
    st.markdown(f"#### Is {head_name(layer, head)} a head that finds antecedents?")
    tell(scene, step.text, {})
    if scene.profile is None:
        why = get_profile_note(scene.model) or f"There is no profile of {scene.model.name}."
        st.info(frame.plain(f"{why} One sentence cannot tell."))
    else:
        st.markdown(frame.plain(twins_sentence(scene.profile.table, scene.model.name, scene.profile.facts)))
        st.markdown(frame.plain(twins_of_head_sentence(scene.profile.table, layer, head)))
        st.markdown("**In general, over a whole corpus:**")
        card = general_card(scene.profile.table, layer, head)
        for _, sentence in card.lines:
            st.markdown(frame.plain(sentence))
        st.markdown(frame.plain(card.ending))
    show_mattering(scene)
    tell(scene, step.notice, {})


def what_if(scene: Scene, step: Step) -> None:
    head = scene.best(scene.endings[0])[0]
    numbers = head_numbers(head, scene.share(scene.endings[0], head), None)
    tell(scene, step.text, numbers)
    show_mattering(scene)
    tell(scene, step.notice, numbers)


def all_heads(scene: Scene, step: Step) -> None:
    tell(scene, step.text, {})
    small_pictures(scene, None)
    tell(scene, step.notice, {})


def own_sentence(scene: Scene, step: Step) -> None:
    tell(scene, step.text, {})
    own_sentence_link()
    tell(scene, step.notice, {})


def own_sentence_link() -> None:
    query = {**link.link(), Settings.view.key: Views.from_to}
    st.page_link("pages/Explore.py", label="Your own sentence", icon=":material/edit:", query_params=query)


def explore(scene: Scene, step: Step) -> None:
    """A link to a view of the page Explore, with the lesson's sentence and its head."""
    tell(scene, step.text, {})
    layer, head = scene.best(scene.endings[0])[0]
    query = {**link.link(), Settings.text.key: scene.capture.text}
    query |= {Settings.layer.key: str(layer), Settings.head.key: str(head)}
    query |= {key: said for key, said in step.settings.items() if key != "label"}
    label = step.settings.get("label", "Look at it")
    st.page_link("pages/Explore.py", label=label, icon=":material/search:", query_params=query)
    tell(scene, step.notice, {})


def nothing(scene: Scene, step: Step) -> None:
    tell(scene, step.text, {})
    tell(scene, step.notice, {})


DRAWINGS: dict[str, Callable[[Scene, Step], None]] = {
    "connection": connection, "best head": best_head, "best heads": best_heads, "average": average,
    "specialists": panel_of_specialists, "endings": endings, "evidence": evidence, "what if": what_if,
    "all heads": all_heads, "own sentence": own_sentence, "explore": explore, "nothing": nothing,
}  # fmt: skip
IN_GENERAL = ("specialists", "evidence")  # the pictures that rest on a profile
