"""The page of models: what can be chosen, what is known of each, how to add others, and the words of the app."""

from __future__ import annotations

from urllib.parse import quote

import pandas as pd
import streamlit as st

from mha_viz.models.catalogue import CATALOGUE, PICTURES, REACTIONS, SOUND, TEXT, Entry
from mha_viz.ui.parts.precision import choose_dtype
from mha_viz.ui.parts.table import draw_table
from mha_viz.ui.shell.led.join import model_names, takes_other_models
from mha_viz.ui.shell.model_facts import profiles_by, whereabouts
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.views.captions.glossary import CANNOT_TELL, GLOSSARY
from mha_viz.views.captions.terms import marked
from mha_viz.wording import listed

OTHERS = """
**A model of your own.** In the field *Model* of any page, type
- a **hub id**, such as `openai-community/gpt2`, or `owner/name@revision` for one revision;
- a **GGUF file** by its path, such as `~/models/some-model.Q4_K_M.gguf`: its weights are unpacked when it is loaded;
- a **folder** with `config.json`, safetensors weights and the tokenizer's files; one with a LoRA adapter works too,
  where its base model can be found.

**Larger than memory.** A model that no device has room for is spread over graphics cards and memory; where that is not
enough, start the app with `MHA_VIZ_OFFLOAD=FOLDER`, and the rest stays on disk: slower, not different.

Weights are read from safetensors and GGUF files alone, and no code of a model's is ever run. Which families are read,
and how, stands in `docs/models.md`. What is known of a model's heads in general comes from
`mha-viz profile --model NAME --conllu FILE`.
"""
KEYS = """
**Keys.** In a picture the arrow keys go from cell to cell or from word to word, Enter chooses, Escape lets go, Shift
with an arrow goes to the next head or layer. In lessons ← and → go from step to step.
"""


def show_models() -> None:
    """The catalogue as a table, ways to add to it, and the glossary."""
    draw_table(
        _table(),
        {
            "explore": st.column_config.LinkColumn("", display_text="Explore"),
            "reads": st.column_config.NumberColumn("reads, tokens", format="localized"),
            "download": st.column_config.NumberColumn("download, MB"),
        },
    )  # fmt: skip
    if takes_other_models():
        choose_dtype()
        st.markdown(marked(OTHERS))
    st.markdown(marked(KEYS))
    st.markdown(marked(CANNOT_TELL))
    st.subheader("The words", anchor=False)
    st.markdown("\n".join(f"- **{term}**: {meaning}" for term, meaning in GLOSSARY.items()))


def _table() -> pd.DataFrame:
    rows = []
    for name in (*model_names(), *model_names(PICTURES), *model_names(SOUND), *model_names(REACTIONS)):
        entry = CATALOGUE[name]
        rows.append({
            "name": name, "explore": _page_of(entry),
            "layers × heads": "{} × {}".format(*entry.shape), "reads": entry.window, "download": entry.download_mb,
            "here": whereabouts(name), "profile": listed(profiles_by(name)), "what it is": entry.title,
            "good for": entry.good_for,
        })  # fmt: skip
    return pd.DataFrame(rows)


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
