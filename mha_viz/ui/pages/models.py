"""The page of models: what can be chosen, what is known of each, how to add others, and the words of the app."""

from __future__ import annotations

from urllib.parse import quote

import pandas as pd
import streamlit as st

from mha_viz.evidence.corpus.profiles import SHIPPED, YOURS, own_names, shipped_names
from mha_viz.models.catalogue import CATALOGUE, PICTURES, SOUND
from mha_viz.models.sums import is_whole
from mha_viz.paths import SHIPPED as WITH_THE_APP
from mha_viz.ui.classroom import class_mode
from mha_viz.ui.shell.join import model_names, takes_other_models
from mha_viz.ui.shell.settings import Settings, setting
from mha_viz.views.captions.glossary import CANNOT_TELL, GLOSSARY
from mha_viz.wording import listed

OTHERS = """
**A model of your own.** In the field *Model* of any page, type
- a **hub id**, such as `openai-community/gpt2`, or `owner/name@revision` for one revision;
- a **folder** with `config.json`, safetensors weights and the tokenizer's files; one with a LoRA adapter works too,
  where its base model can be found.

Weights are read from safetensors files alone, and no code of a model's is ever run. Which families are read, and how,
stands in `docs/models.md`. What is known of a model's heads in general comes from
`mha-viz profile --model NAME --conllu FILE`.
"""
KEYS = """
**Keys.** In a picture the arrow keys go from cell to cell or from word to word, Enter chooses, Escape lets go, Shift
with an arrow goes to the next head or layer. In lessons ← and → go from step to step.
"""


def show_models() -> None:
    """The catalogue as a table, ways to add to it, and the glossary."""
    st.dataframe(
        _table(), hide_index=True,
        column_config={
            "explore": st.column_config.LinkColumn("", display_text="Explore"),
            "reads": st.column_config.NumberColumn("reads, tokens", format="localized"),
            "download": st.column_config.NumberColumn("download, MB"),
        },
    )  # fmt: skip
    if takes_other_models():
        st.markdown(OTHERS)
    st.markdown(KEYS)
    st.markdown(CANNOT_TELL)
    st.subheader("The words", anchor=False)
    st.markdown("\n".join(f"- **{term}**: {meaning}" for term, meaning in GLOSSARY.items()))


def _table() -> pd.DataFrame:
    own = set() if class_mode() is not None else set(own_names())
    rows = []
    for name in (*model_names(), *model_names(PICTURES), *model_names(SOUND)):
        entry = CATALOGUE[name]
        profiles = [whose for whose, names in ((SHIPPED, shipped_names()), (YOURS, own)) if name in names]
        rows.append({
            "name": name, "explore": f"Explore?model={quote(name)}&text={quote(setting(Settings.text))}",
            "layers × heads": "{} × {}".format(*entry.shape), "reads": entry.window, "download": entry.download_mb,
            "here": _whereabouts(name), "profile": listed(profiles), "what it is": entry.title,
            "good for": entry.good_for,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _whereabouts(name: str) -> str:
    if name in WITH_THE_APP:
        return "comes with the app"
    return "yes" if is_whole(name) else "fetched when it is chosen"
