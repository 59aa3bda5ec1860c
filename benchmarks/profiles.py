"""Where the time of a profile goes.

    python benchmarks/profiles.py en_ewt-ud-dev.conllu                          # the command, and its parts one by one
    python benchmarks/profiles.py en_ewt-ud-dev.conllu --only parts

The command is run as anybody runs it, with its counts and its profile in a folder that is deleted afterwards, and
looked at from outside: how long it takes, how long each of its processes lives, how much of that each computes, and so
how long it waits. Then model and random twins read the same corpus in this process on one thread, and the parts of that
work are timed as CPU time, without what is timed inside them: seconds of one do not depend on what else a machine does,
but for its caches. The plain forward pass is that of the same sentences in the same batches.
"""

from __future__ import annotations

import argparse
import functools
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import torch
import transformers

from mha_viz import load_model
from mha_viz.annotation.files.treebanks import read_conllu
from mha_viz.evidence.corpus import controls, passages, profile, reading, store
from mha_viz.objects import Model
from mha_viz.paths import cache_folder
from mha_viz.recording import capture
from mha_viz.recording.looking import recorder as looking_recorder
from mha_viz.scores import blocks, tallies, together

Owner = ModuleType | type
GOAL_TIMES_PLAIN = 2.0
EVERY = 0.05  # seconds between two looks at the processes
COMMAND = "from mha_viz.cli.main import main; raise SystemExit(main())"
PARTS: tuple[tuple[Owner, str, str], ...] = (  # what is timed, and the part that it is
    (reading, "look_at_texts", "recording: the rest"),
    (looking_recorder, "run_recorded", "recording: forward"),
    (looking_recorder.OneText, "cut", "recording: cutting out"),
    (capture, "_read_sources", "tokens of texts"),
    (reading, "count_tokens", "tokens of texts"),
    (tallies.TextTallies, "__call__", "tallies: the rest"),
    (tallies.TextTallies, "tallies", "tallies: the rest"),
    (reading, "random_tallies", "tallies: random tokens"),
    (reading, "similarity_at", "tallies: similar words"),
    (blocks, "call_pattern", "tallies: patterns"),
    (tallies, "token_scores", "tallies: of tokens"),
    (tallies, "items_of", "tallies: items"),
    (tallies, "annotated_word_map", "tallies: word maps"),
    (tallies, "tally_items", "tallies: of items"),
    (reading, "count_together", "tallies: the rest"),
    (together, "token_scores_of_texts", "tallies: of tokens"),
    (together, "_word_rows", "tallies: word maps"),
    (together, "tally_texts", "tallies: of items"),
    (reading, "keep", "store: keeping"),
    (profile, "parts_kept", "store: reading back"),
    (profile, "control_kept", "store: reading back"),
    (profile, "weigh", "evidence: intervals and verdicts"),
    (profile, "with_p", "evidence: intervals and verdicts"),
    (profile, "sign_flip_p", "evidence: p"),
    (profile, "table_of", "evidence: table"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conllu", help="a corpus, as CoNLL-U")
    parser.add_argument("--model", default="minilm")
    parser.add_argument("--only", choices=("command", "parts"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if options.only != "parts":
        _command(options)
    if options.only != "command":
        _parts(options)


# ---- the command, from outside ---------------------------------------------------------------------------------


def _command(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in ("models", "parser"):
            Path(folder, name).symlink_to(cache_folder() / name)
        arguments = ["profile", "--model", options.model, "--conllu", options.conllu, "--restart"]
        command = [sys.executable, "-c", COMMAND, *arguments]
        begin = time.perf_counter()
        started = subprocess.Popen(
            command, env={**os.environ, "MHA_VIZ_CACHE": folder}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        lives = _lives(psutil.Process(started.pid), lambda: started.poll() is None)
        seconds = time.perf_counter() - begin
        if started.returncode:
            raise SystemExit(f"The command failed: {' '.join(command)}")
    total = sum(cpu for _, cpu in lives)
    print(f"{options.model}: {seconds:.1f} s on {os.cpu_count()} processors, {total:.1f} s of CPU time")
    for number, (lived, cpu) in enumerate(lives):
        whose = "the model" if number == 0 else f"process {number} beside it"
        print(f"  {whose}: {lived:.1f} s, computes for {cpu:.1f} s, waits for {max(0.0, lived - cpu):.1f} s")


def _lives(parent: psutil.Process, goes_on: Callable[[], bool]) -> list[tuple[float, float]]:
    """How long a process and those that it started lived and computed, in seconds; helpers without work left out."""
    seen: dict[int, list[float]] = {}
    while goes_on():
        now = time.perf_counter()
        try:
            for process in (parent, *parent.children(recursive=True)):
                times = process.cpu_times()
                seen.setdefault(process.pid, [now, now, 0.0])[1:] = [now, times.user + times.system]
        except psutil.Error:  # it has just ended
            continue
        time.sleep(EVERY)
    return [(end - begin, cpu) for begin, end, cpu in seen.values() if cpu > 1.0]


# ---- its parts, in this process --------------------------------------------------------------------------------


class Clock:
    """CPU time by part, each without the parts that are timed inside it."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inside = [0.0]

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        begin = time.thread_time()
        self._inside.append(0.0)
        try:
            yield
        finally:
            took = time.thread_time() - begin
            self.spent[name] += took - self._inside.pop()
            self._inside[-1] += took

    def times(self, module: Owner, name: str, part: str) -> None:
        """From now on, every call of a function by this name in this module, or class, is timed."""
        function = getattr(module, name)

        @functools.wraps(function)
        def timed(*values: Any, **options: Any) -> Any:  # Any: whatever the function takes
            with self.part(part):
                return function(*values, **options)

        setattr(module, name, timed)

    def report(self, title: str) -> float:
        total = sum(self.spent.values())
        print(f"\n{title}: {total:.1f} s of CPU time")
        for part, seconds in self.spent.most_common():
            print(f"  {part:34} {seconds:6.2f} s  {seconds / total:5.1%}")
        self.spent.clear()
        return total


def _parts(options: argparse.Namespace) -> None:
    print(f"\nimport of everything: {_import_time():.1f} s of CPU time a process")
    clock = Clock()
    with clock.part("loading"):
        model = load_model(options.model)
    with clock.part("parsing"):
        corpus = list(passages.sentence_passages(read_conllu(options.conllu), "conllu"))
    clock.report("Before")
    plain = _plain_time(model, corpus)
    for module, name, part in PARTS:
        clock.times(module, name, part)
    with tempfile.TemporaryDirectory() as folder:
        counts = store.open_store(Path(folder, "counts"))
        total = _reading(clock, model, corpus, counts)
        with clock.part("evidence: the rest"):
            table = profile.weigh_corpus(counts, reading.attending_layers(model))
        with clock.part("writing"):
            profile.save_profile(profile.Profile(table, {}), Path(folder, "profile.parquet"))
        counts.close()
    total += clock.report("Weighing")
    print(f"\nplain forward pass of {len(corpus):,} sentences: {plain:.1f} s of CPU time; model and evidence: ", end="")
    print(f"{total:.1f} s, {total / plain:.2f} × (goal {GOAL_TIMES_PLAIN} ×)")


def _reading(clock: Clock, model: Model, corpus: list[passages.Passage], counts: Any) -> float:
    """What the model's reading takes; then the twins read."""
    with clock.part("reading: the rest"):
        reading.read_corpus(model, lambda: iter(corpus), counts)
    total = clock.report(f"The model reads {len(corpus):,} sentences")
    with clock.part("reading: the rest"):
        controls.read_controls(model, lambda: iter(corpus), counts)
    clock.report("Its random twins read some of them")
    return total


def _plain_time(model: Model, corpus: list[passages.Passage]) -> float:
    begin = time.thread_time()
    with torch.inference_mode():
        for first in range(0, len(corpus), reading.AT_ONCE):
            chunk = sorted(corpus[first : first + reading.AT_ONCE], key=reading._length)
            for batch in reading._batches(chunk):
                texts = [text.text for passage in batch for text in passage.texts]
                model.network.base_model(**model.processor(texts, padding=True, return_tensors="pt"))
    return time.thread_time() - begin


def _import_time() -> float:
    code = "import mha_viz.cli.profile, mha_viz.evidence.corpus.controls, mha_viz.models.load, time; "
    done = subprocess.run([sys.executable, "-c", f"{code}print(time.process_time())"], check=True, capture_output=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
