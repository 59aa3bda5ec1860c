"""What a graphics card makes of the long work: looks at long texts, every head taken out alone, a corpus, Ray.

``python -m benchmarks.device`` runs these sections with its own. Networks are random, texts are made of a few words.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import torch
import transformers as hf
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor

import mha_viz
from benchmarks.device_shared import CLASSROOM, Report, forget, llama, timed
from benchmarks.look import pooled, to_first
from mha_viz.annotation.annotated import Annotated, Arc
from mha_viz.attention.calls import call_pattern, part_of
from mha_viz.comparison.asks import LogitDifference
from mha_viz.errors import MhaVizError
from mha_viz.evidence.corpus import passages, reading, store
from mha_viz.evidence.importance.single_heads import Question, heads_of, question_of, without_each
from mha_viz.objects import Model
from mha_viz.recording.interventions.edits import CallEdits, Edit

WORDS = tuple(f"w{i}" for i in range(113))
LAST = 64  # tokens whose rows are looked at
SAMPLE = 8  # heads that are taken out in runs of their own
BERT = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}


def tokenizer() -> Any:
    words = {word: i for i, word in enumerate(("[PAD]", "[UNK]", *WORDS))}
    core = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))  # noqa: S106
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return hf.PreTrainedTokenizerFast(tokenizer_object=core, unk_token="[UNK]", pad_token="[PAD]")  # noqa: S106


def text_of(n_tokens: int) -> str:
    return " ".join(WORDS[i * 7919 % len(WORDS)] for i in range(n_tokens))


def named(network: Any, name: str) -> Model:
    return mha_viz.model_from(network.eval().requires_grad_(False), tokenizer(), name=name)


def minilm(device: str) -> Any:
    torch.manual_seed(0)
    with torch.device(device):
        return hf.AutoModel.from_config(hf.BertConfig(**BERT))


# ---- looks -----------------------------------------------------------------------------------------------------------


def looks(report: Report, shapes: Mapping[str, Mapping[str, int]], lengths: tuple[int, ...]) -> None:
    """Texts of which a capture with all its maps would not fit: every pattern, the last rows, the pooled overview."""
    rows: list[dict[str, Any]] = []
    for shape, settings in shapes.items():
        if not report.has_time(60):
            report.say(f"No time left for {shape}.")
            break
        model = named(llama(settings, report.device, torch.bfloat16, max(lengths)), shape)
        mha_viz.capture(model, text_of(16))  # what is checked once a network is checked now
        for n in lengths:
            rows += looks_of(shape, model, n, report)
        del model
        forget(report.device)
    report.say("## looks, bfloat16")
    report.table("looks", rows)


def looks_of(shape: str, model: Model, n: int, report: Report) -> Iterator[dict[str, Any]]:
    ids, text = torch.arange(n, device=report.device)[None] % 97 + 5, text_of(n)

    def plain() -> Tensor:
        with torch.inference_mode():
            return model.network(input_ids=ids, use_cache=False).last_hidden_state[0, 0, 0].clone()

    runs: dict[str, Callable[[], Any]] = {
        "plain": plain,
        "capture": lambda: mha_viz.capture(model, text),
        f"last {LAST} rows of every head": lambda: mha_viz.look(model, text, last_rows).found,
        "share of the first token, every row": lambda: mha_viz.look(model, text, to_first).found,
        "overview": lambda: mha_viz.look(model, text, pooled).found,
    }
    base = None
    for name, run in runs.items():
        row = {"network": shape, "tokens": n, "what runs": name}
        if not report.has_time(30):
            yield row | {"s": "no time left"}
            continue
        try:
            if name == "plain":
                run()  # warms up
            seconds, peak, kept = timed(run, report.device)
        except (RuntimeError, MhaVizError) as error:
            yield row | {"s": f"{type(error).__name__}: {str(error).splitlines()[0][:80]}"}
            forget(report.device)
            continue
        base = base or seconds
        yield row | {
            "s": f"{seconds:.2f}", "times plain": f"{seconds / base:.1f}", "peak MB": f"{peak:,.0f}",
            "kept MB": f"{kept:,.0f}",
        }  # fmt: skip


def last_rows(call: mha_viz.AttentionCall) -> Tensor:
    return call_pattern(part_of(call, queries=slice(-LAST, None)))[..., 0].mean(dim=1).cpu()


# ---- every head taken out alone --------------------------------------------------------------------------------------


def heads_out(report: Report, shapes: Mapping[str, Mapping[str, int]], n_tokens: int) -> None:
    """Every head taken out alone in batches that grow, beside a run a head, counted up from some; and their numbers."""
    rows: list[dict[str, Any]] = []
    for shape, settings in shapes.items():
        if not report.has_time(40):
            report.say(f"No time left for {shape}.")
            break
        dtype = torch.bfloat16 if rows else torch.float32
        model = named(llama(settings, report.device, dtype, 512, predicts=True), shape)
        question = question_of(model, text_of(n_tokens), LogitDifference("w3", "w5"))
        numbers = str(dtype).removeprefix("torch.")
        row = {"network": shape, "numbers": numbers, "tokens": n_tokens}
        rows.append(row | heads_out_of(question, report.device))
        del model, question
        forget(report.device)
    report.say("## every head taken out alone")
    report.table("heads taken out", rows)


def heads_out_of(question: Question, device: str) -> dict[str, Any]:
    heads = heads_of(question)
    sample = range(0, len(heads), max(1, len(heads) // SAMPLE))
    try:
        without_each(question)  # warms up
        together, peak, _ = timed(lambda: without_each(question), device)
        found = without_each(question)
        alone_of_head(question, heads[0])
        singles = [timed(lambda i=i: alone_of_head(question, heads[i]), device)[0] for i in sample]
    except (RuntimeError, MhaVizError) as error:
        return {"heads": len(heads), "s": f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"}
    plain = question.plain()
    off = max(abs(found[i].item() - (alone_of_head(question, heads[i]) - plain)) for i in sample)
    alone = median(singles) * len(heads)
    return {
        "heads": len(heads), "s": f"{together:.2f}", "a run a head, s": f"{alone:.1f}",
        "times": f"{alone / together:.1f}", "peak MB": f"{peak:,.0f}",
        "largest effect": f"{found.abs().max().item():.1e}", "largest difference": f"{off:.1e}",
    }  # fmt: skip


def alone_of_head(question: Question, head: tuple[int, int]) -> float:
    number = next(i for i in question.calls if question.read.calls[i].layer == head[0])
    call = question.read.calls[number]
    edits = CallEdits(question.kind, head[0], (call.n_query, call.n_key))
    edits.edits.append(Edit(torch.tensor([head[1]]), torch.arange(call.n_query), 0.0))
    return question.plain({number: edits})


# ---- a corpus --------------------------------------------------------------------------------------------------------


def sentence(n_words: int, first: int) -> Annotated:
    """So many words, each of which depends on the one before it, by one of a few relations."""
    words = tuple(WORDS[(first + i * 31) % len(WORDS)] for i in range(n_words))
    starts = [0, *itertools.accumulate(len(word) + 1 for word in words)]
    spans = tuple((start, start + len(word)) for start, word in zip(starts, words, strict=False))
    relations = ("nsubj", "obj", "det", "amod", "obl", "mark")
    arcs = tuple(Arc(i, i - 1, relations[(first + i) % len(relations)]) for i in range(1, n_words))
    tags = tuple(("NOUN", "VERB", "ADJ")[(first + i) % 3] for i in range(n_words))
    return Annotated(" ".join(words), words, spans, arcs=arcs, tags=tags, lemmas=words)


def corpus_of(n_sentences: int) -> list[passages.Passage]:
    """Sentences of 4 to 33 words, 13 in the mean, as a treebank of the web has them."""
    lengths = [4 + (i * i * 7) % 13 + ((i * 11) % 17 if i % 3 == 0 else 0) for i in range(n_sentences)]
    return list(passages.sentence_passages((sentence(n, i) for i, n in enumerate(lengths)), "made"))


def corpora(report: Report, models: Mapping[str, Callable[[], Any]], n_sentences: int) -> None:
    """What counting costs beside the plain pass over the same sentences in the same batches; without evidence."""
    rows = []
    for name, made in models.items():
        if not report.has_time(40):
            report.say(f"No time left for {name}.")
            break
        model = named(made(), name)
        rows.append({"network": name, **corpus_read(model, corpus_of(n_sentences), report.device)})
        del model
        forget(report.device)
    report.say("## a corpus")
    report.table("a corpus", rows)


def corpus_read(model: Model, corpus: list[passages.Passage], device: str) -> dict[str, Any]:
    read(model, corpus[:32])  # warms up
    plain, *_ = timed(lambda: plain_pass(model, corpus), device)
    seconds, peak, _ = timed(lambda: read(model, corpus), device)
    return {
        "heads": n_heads_of(model), "sentences": len(corpus), "plain, s": f"{plain:.2f}",
        "counted, s": f"{seconds:.2f}", "times plain": f"{seconds / plain:.1f}",
        "sentences a second": f"{len(corpus) / seconds:.0f}", "peak MB": f"{peak:,.0f}",
    }  # fmt: skip


def n_heads_of(model: Model) -> int:
    return model.network.config.num_hidden_layers * model.network.config.num_attention_heads


def read(model: Model, corpus: list[passages.Passage], run: reading.Run = map) -> list[tuple[Any, ...]]:
    """The counts, as the store has them."""
    with tempfile.TemporaryDirectory() as folder:
        counts = store.open_store(Path(folder, "counts"))
        reading.read_corpus(model, lambda: iter(corpus), counts, run=run)
        tables = [name for (name,) in counts.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [row for table in sorted(tables) for row in counts.execute(f"SELECT * FROM {table}")]  # noqa: S608
        counts.close()
    return kept


@torch.inference_mode()
def plain_pass(model: Model, corpus: list[passages.Passage]) -> None:
    for first in range(0, len(corpus), reading.AT_ONCE):
        for batch in reading._batches(sorted(corpus[first : first + reading.AT_ONCE], key=reading._length)):
            texts = [text.text for passage in batch for text in passage.texts]
            inputs = model.processor(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
            model.network.base_model(**inputs.to(model.network.device))


# ---- Ray -------------------------------------------------------------------------------------------------------------


def ray_actors(report: Report, n_sentences: int) -> None:
    """A corpus read by actors of a Ray cluster on this machine, one a card, beside the same read here."""
    if importlib.util.find_spec("ray") is None:
        report.say("## Ray is not installed.")
        return
    from mha_viz.evidence.corpus.cluster import ray_run

    model, corpus = mha_viz.load_model(str(CLASSROOM), device=report.device), corpus_of(n_sentences)
    told: list[str] = []
    begun = time.monotonic()
    with ray_run(tell=told.append) as run:
        has = importlib.import_module("ray").cluster_resources()
        there = read(model, corpus, run)
    seconds = time.monotonic() - begun
    here = read(model, corpus)
    report.say("## Ray")
    report.table("Ray", [{
        "cards of the cluster": has.get("GPU", 0), "processors": has.get("CPU", 0), "sentences": len(corpus),
        "s": f"{seconds:.1f}", "as read here": "the same bytes" if there == here else "others", "told": "; ".join(told),
    }])  # fmt: skip
