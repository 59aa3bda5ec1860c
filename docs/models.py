"""Writes the tables of docs/models.md: what of the families in the tests is read, how, and what is refused and why."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import transformers

from mha_viz.errors import MhaVizError
from mha_viz.models.load import model_from
from mha_viz.recording.capture import capture
from tests.support.networks import families, more_families, other_senses, several_parts

PAGE = Path(__file__).with_suffix(".md")
BEGIN, END = "<!-- written by docs/models.py -->\n", "<!-- until here -->"
TABLES = (
    "ENCODERS", "DECODERS", "OWN_CODE", "ENCODER_DECODERS", "OTHER_SENSES", "IN_PARTS_SENSES", "ONE_STEP_SENSES",
    "LOOKING_SENSES", "HYBRIDS", "SINKS", "WINDOWED", "ALONE", "REFUSED", "REFUSED_SENSES",
)  # fmt: skip
HOW = {"interface": "queries, keys and values", "observed": "seen from outside"}
TEXT, TARGET = families.TEXTS[1], "he ran home"
Outcome = tuple[str, str] | str  # how it is read and its kinds of attention, or the sentence that refuses it


def rows() -> Iterator[tuple[str, Any, Any, Any]]:
    """Every family of the tests once: its name, network class, configuration, and inputs where it reads no text."""
    known: set[str] = set()
    for module in (families, more_families, several_parts, other_senses):
        for table in TABLES:
            for name, row in getattr(module, table, {}).items():
                if name in known or ("," in name and "REFUSED" not in table):  # after a comma: another setting of it
                    continue
                known.add(name)
                inputs = row[2] if table.endswith("SENSES") else None
                row = row[0] if table == "REFUSED" else row
                yield name, *(more_families.family(row) if isinstance(row[0], str) else row[:2]), inputs


def outcome(network_class: Any, config: Any, inputs: Any) -> Outcome:
    """What becomes of a tiny network of a family."""
    try:
        model = model_from(families.make(network_class, config), families.tokenizer(), name="it")
        target = TARGET if model.network.config.is_encoder_decoder else None
        found = capture(model, inputs()) if inputs else capture(model, TEXT, target=target)
    except MhaVizError as error:
        return re.sub(r"^it( \(\w+\))?:? ", "", str(error))
    return HOW[model.reading], ", ".join(found.kinds)


def tables() -> str:
    """The families that are read, by how, and those that are refused, each with the sentence."""
    read: dict[tuple[str, str], list[str]] = defaultdict(list)
    refused = []
    for name, *of_family in rows():
        result = outcome(*of_family)
        if isinstance(result, str):
            refused.append(f"| {name} | {result} |")
        else:
            read[result].append(name)
    lines = [f"{sum(map(len, read.values()))} families are read, with transformers {transformers.__version__}:", ""]
    lines += ["| attention | how | families |", "|---|---|---|"]
    lines += [f"| {kinds} | {how} | {', '.join(sorted(names))} |" for (how, kinds), names in sorted(read.items())]
    if refused:
        lines += ["", f"{len(refused)} are refused, each in a sentence that begins with the model's name:", ""]
        lines += ["| family | it … |", "|---|---|", *sorted(refused)]
    return "\n".join(lines) + "\n"


def page(text: str) -> str:
    """The page with its tables made anew."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
