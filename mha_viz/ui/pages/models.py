"""The page of models: what can be chosen, what is known of each, how to add others, and the words of the app."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st

from mha_viz.language import N_, gettext, pgettext
from mha_viz.models.catalogue import CATALOGUE, PICTURES, REACTIONS, SOUND, TEXT, Entry
from mha_viz.ui.parts.precision import choose_dtype
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.shell.led.join import model_names, takes_other_models
from mha_viz.ui.shell.model_facts import CALLED, profiles_by, whereabouts
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.views.captions.glossary import CANNOT_TELL, GLOSSARY
from mha_viz.views.captions.terms import marked
from mha_viz.wording import listed

OWN = N_("**A model of your own.** In the field *Model* of any page, type")
WAYS = (
    N_("a **hub id**, such as `openai-community/gpt2`, or `owner/name@revision` for one revision;"),
    N_(
        "a **GGUF file** by its path, such as `~/models/some-model.Q4_K_M.gguf`: its weights are unpacked when it is "
        "loaded;"
    ),
    N_(
        "a **folder** with `config.json`, safetensors weights and the tokenizer's files; one with a LoRA adapter works "
        "too, where its base model can be found."
    ),
)
LARGER = N_(
    "**Larger than memory.** A model that no device has room for is spread over graphics cards and memory; where that "
    "is not enough, start the app with `MHA_VIZ_OFFLOAD=FOLDER`, and the rest stays on disk: slower, not different."
)
READ = N_(
    "Weights are read from safetensors and GGUF files alone, and no code of a model's is ever run. Which families are "
    "read, and how, stands in `docs/models.md`. What is known of a model's heads in general comes from "
    "`mha-viz profile --model NAME --conllu FILE`."
)
KEYS = N_(
    "**Keys.** In a picture the arrow keys go from cell to cell or from word to word, Enter chooses, Escape lets go, "
    "Shift with an arrow goes to the next head or layer. In lessons ← and → go from step to step."
)


def show_models() -> None:
    """The catalogue as a table, ways to add to it, and the glossary."""
    table = _table()
    explore, _, reads, download, here = table.columns[1:6]
    number = st.column_config.NumberColumn
    draw_table(
        table,
        {
            explore: st.column_config.LinkColumn("", display_text=gettext("Explore")),
            reads: number(format="localized"), download: number(), here: st.column_config.Column(width=150),
        },
    )  # fmt: skip
    heading = gettext("good for")
    lines = [f"- **{entry.name}**: {gettext(entry.good_for)}" for entry in _entries()]
    st.markdown(marked("\n".join([f"**{heading[:1].upper()}{heading[1:]}**", "", *lines])))  # a table would cut it
    if takes_other_models():
        choose_dtype()
        st.markdown(marked(_others()))
    st.markdown(marked(gettext(KEYS)))
    st.markdown(marked(gettext(CANNOT_TELL)))
    st.subheader(gettext("The words"), anchor=False)
    st.markdown("\n".join(f"- **{gettext(term)}**: {gettext(meaning)}" for term, meaning in GLOSSARY.items()))


def _others() -> str:
    """How to choose a model that is not in the catalogue, as one block: a term is explained where it stands first."""
    ways = "\n".join(f"- {gettext(way)}" for way in WAYS)
    return "\n\n".join([f"{gettext(OWN)}\n{ways}", gettext(LARGER), gettext(READ)])


def _entries() -> list[Entry]:
    names = (*model_names(), *model_names(PICTURES), *model_names(SOUND), *model_names(REACTIONS))
    return [CATALOGUE[name] for name in names]


def _table() -> pd.DataFrame:
    return pd.DataFrame([_row(entry) for entry in _entries()])


def _row(entry: Entry) -> dict[str, Any]:
    return {
        pgettext("column", "name"): entry.name,
        gettext("explore"): _page_of(entry),
        gettext("layers × heads"): "{} × {}".format(*entry.shape),
        gettext("reads, tokens"): entry.window,
        gettext("download, MB"): entry.download_mb,
        gettext("here"): whereabouts(entry.name),
        gettext("profile"): listed([gettext(CALLED[whose]) for whose in profiles_by(entry.name)]),
        gettext("what it is"): gettext(entry.title),
    }


def _page_of(entry: Entry) -> str:
    """Where the model is opened."""
    name = quote(entry.name)
    text = f"Explore?model={name}&text={quote(setting(Settings.text))}"
    return {
        TEXT: text,
        PICTURES: f"Pictures?sees={name}",
        SOUND: f"Sound?hears={name}",
        REACTIONS: f"Claims?claim_model={name}&claim=atoms",
    }[entry.reads]
