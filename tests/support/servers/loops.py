"""Coroutines in tests: browser tests before them may have left a loop in this thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def run_apart(task):
    """What the coroutine gives, run in a thread of its own."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, task).result()
