"""The page Learn: a lesson, step by step. Every number on it is computed when it is shown."""

from __future__ import annotations

import streamlit as st

from mha_viz.language import apart, gettext
from mha_viz.lessons.lesson import Step
from mha_viz.playing.scene import Scene
from mha_viz.playing.school import new_terms
from mha_viz.ui.pages.story.pictures import DRAWINGS, IN_GENERAL, tell
from mha_viz.ui.parts.profiles import choose_profile, say_whose
from mha_viz.ui.shell import frame
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.views.captions.glossary import GLOSSARY


def show_step(scene: Scene, number: int) -> None:
    """One step, under its title: its question alone until somebody goes on, then what it shows."""
    step = scene.lesson.steps[number]
    step = step.for_school() if scene.is_school else step
    st.subheader(f"{number + 1}. {step.title}", anchor=False)
    if step.question:
        tell(scene, f"**{step.question}**", {})
    if step.question and setting(Settings.asked) == "yes":
        _guess_first(scene, step)
    else:
        if step.shows in IN_GENERAL and not scene.is_school:
            choose_profile(scene.model)
            say_whose(scene.model)
        DRAWINGS[step.shows](scene, step)
    if scene.is_school:
        for term in new_terms(scene.lesson, number):
            said = {"term": frame.plain(gettext(term)), "meaning": frame.plain(gettext(GLOSSARY[term]))}
            st.caption(gettext("**{term}**: {meaning}", **said))


def _guess_first(scene: Scene, step: Step) -> None:
    """What may be guessed, under the sentence: nothing that would tell."""
    st.markdown(f"#### {apart(frame.plain(scene.capture.text))}")
    if step.guesses:
        st.markdown("\n".join(f"- {guess}" for guess in step.guesses))
    st.caption(gettext("Guess first. The answer comes with Next."))


def show_notes(step: Step) -> None:
    """What only who presents sees: what to say, for how long, and what students may believe."""
    minutes = gettext("{n} min.", n=step.minutes) if step.minutes else ""
    st.info(f"{minutes} {step.notes}".lstrip(), icon=":material/co_present:")
    for misconception in step.misconceptions:
        st.info(
            gettext("Students may think: {misconception}", misconception=misconception),
            icon=":material/psychology_alt:",
        )
