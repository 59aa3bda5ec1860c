"""What is tried on everything that takes something from outside, and how long it may take."""

import os
import signal
import time
from contextlib import contextmanager

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some

TIMES = int(os.environ.get("MHA_VIZ_FUZZ", "1"))  # more looks at more than CI does, and each time at something else
LONGEST = 5.0  # seconds of this process, for anything

NASTY = [
    "", " ", "\t\n", "\0", "a\0b", "-", "--", "-1", "--help=--", "9" * 5000, "-" + "9" * 5000, "1e999", "nan", "1.5",
    "٣", "²", "the#2", "the#" + "9" * 5000, "the", "The cat.", "the cat the", "[CLS] the [SEP]", "user: the cat",
    "a\x1b[31mb", "\udce9", "\ud800", "\u202eabc\u2069", "e\u0301\u200d", "🏳️‍🌈" * 9, "x" * 5000, "the " * 700,
    "[" * 5000, "{" * 99, '{"a": 1}', "../../etc/passwd", "/dev/null/x", "C:\\x", "file:///etc/passwd", "~nobody/x",
    "http://127.0.0.1:9/x", "%s%n", "<script>alert(1)</script>", "$(touch x)", "a,b", "minilm,random", "random",
    "L0 H0", "0.0", "query:1,2", "2>1:nsubj", "\\", "\r\n", "\ufeffthe", "\u0130", "ﷺ" * 99,
]  # fmt: skip
texts = some.sampled_from(NASTY) | some.text(max_size=40) | some.text("the cat ,.#:-0123456789\n\t[]{}", max_size=40)
numbers = some.sampled_from(["0", "1", "2", "-1", "7", "1000000000", "+3"])
jsons = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | texts,
    lambda inner: some.lists(inner, max_size=5) | some.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def is_utf8(text):
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def tries(n):
    """So many examples, the same ones each time."""
    return settings(
        max_examples=n * TIMES, derandomize=TIMES == 1, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@contextmanager
def in_time():
    """What is done in this block takes no longer than anything may; it is ended where it would take for ever."""

    def end(*_given):
        raise AssertionError("It does not come to an end.")

    is_possible = hasattr(signal, "setitimer")
    before = signal.signal(signal.SIGVTALRM, end) if is_possible else None
    if is_possible:
        signal.setitimer(signal.ITIMER_VIRTUAL, 4 * LONGEST)
    begin = time.process_time()
    try:
        yield
    finally:
        if is_possible:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
    assert time.process_time() - begin < LONGEST
