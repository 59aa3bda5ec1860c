"""A model hub → a snapshot of one model's data files: asked with patience, found in its cache where it is silent."""

from __future__ import annotations

import glob
import os
import queue
import threading
from pathlib import Path
from typing import Any

import httpx2
import huggingface_hub
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)
from tqdm.auto import tqdm

from mha_viz.errors import InputError, ModelError, in_one_line
from mha_viz.language import N_, lazy_gettext
from mha_viz.models.catalogue import CATALOGUE, NOTHING_IS_FETCHED
from mha_viz.models.folders import CONFIG, needed_files, refuse_incomplete
from mha_viz.progress import Progress

PATIENCE = "MHA_VIZ_HUB_PATIENCE"
HUB_PATIENCE = 5.0  # seconds, where nobody sets others
MOST_PATIENCE = 3600.0


def hub_snapshot(repo_id: str, revision: str | None, progress: Progress) -> Path:
    """The data files of a hub model; what is already on this machine when the hub does not answer.

    Raises
    ------
    ModelError
        If there is no such model, it is gated, it has no safetensors, or nothing answers and nothing is cached.
    InputError
        If the environment names a patience that is no number of seconds.
    """
    refuse_where_nothing_is_fetched(repo_id)
    patience = hub_patience()
    try:
        info = _ask_hub(repo_id, revision, patience)
    except (OSError, httpx2.TransportError, huggingface_hub.errors.OfflineModeIsEnabled) as error:
        return _cached_snapshot(repo_id, revision, error)
    wait = _told_to_library("HF_HUB_ETAG_TIMEOUT") or patience
    options: dict[str, Any] = {"revision": revision, "etag_timeout": wait}

    def read(name: str) -> str:
        return Path(huggingface_hub.hf_hub_download(repo_id, name, **options)).read_text(encoding="utf-8")

    try:
        files = needed_files([item.rfilename for item in info.siblings or []], read, repo_id)
        patterns, bar = [glob.escape(file) for file in files], _bar(repo_id, progress)
        return Path(huggingface_hub.snapshot_download(repo_id, allow_patterns=patterns, tqdm_class=bar, **options))
    except (OSError, httpx2.HTTPError) as error:
        why = lazy_gettext("{model} could not be downloaded ({why}).", model=repo_id, why=in_one_line(error))
        raise ModelError(why) from error


def hub_patience() -> float:
    """Seconds in which the hub has to answer a question: ``MHA_VIZ_HUB_PATIENCE``, else what huggingface_hub was told
    to wait, else five.

    Raises
    ------
    InputError
        If it is no number of seconds.
    """
    typed = os.environ.get(PATIENCE, "").strip()
    if not typed:
        return _told_to_library("HF_HUB_ETAG_TIMEOUT", "HF_HUB_DOWNLOAD_TIMEOUT") or HUB_PATIENCE
    try:
        seconds = float(typed)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_PATIENCE:  # nor is nan
        raise InputError(f"{PATIENCE} is {typed[:40]!r}: give seconds, up to {MOST_PATIENCE:.0f}, such as 30.")
    return seconds


def _told_to_library(*names: str) -> float | None:
    """What the first of these variables that is set says; the library has read it, and None where none is."""
    return next((float(getattr(huggingface_hub.constants, name)) for name in names if os.environ.get(name)), None)


def refuse_where_nothing_is_fetched(name: str) -> None:
    """A server may be told to fetch nothing, whoever asks: the variable says why, in words that go on after this."""
    if why := os.environ.get(NOTHING_IS_FETCHED):
        message = N_("{model} is not on this machine, and nothing is fetched {why}.")
        raise ModelError(lazy_gettext(message, model=name, why=lazy_gettext(why)))


def _bar(name: str, progress: Progress) -> type[tqdm]:
    """A tqdm bar that tells its share of the bytes instead of drawing itself."""

    ended: list[BaseException] = []  # by whoever hears of the progress: then nothing more is told

    class Bar(tqdm):  # type: ignore[misc]  # tqdm has no types
        def display(self, *_args: object, **_kwargs: object) -> None:
            if self.total and self.unit == "B" and not ended:
                try:
                    progress(self.n, lazy_gettext("{model}: downloading", model=name), total=self.total)
                except BaseException as error:
                    ended.append(error)
                    raise

        def refresh(self, *_args: object, **_kwargs: object) -> None:
            """Without tqdm's lock, which would stay locked and stop the other downloads for good."""
            self.display()

    return Bar


def _ask_hub(repo_id: str, revision: str | None, patience: float) -> Any:
    """What the hub knows of a model, within ``patience`` seconds whatever the network does."""
    answers: queue.SimpleQueue[tuple[Any, Exception | None]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put((huggingface_hub.HfApi().model_info(repo_id, revision=revision, timeout=patience), None))
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            answers.put((None, error))

    threading.Thread(target=ask, daemon=True).start()
    try:
        info, error = answers.get(timeout=patience)
    except queue.Empty:
        raise TimeoutError(f"no answer within {patience:g} s") from None
    if isinstance(error, HFValidationError):
        raise ModelError(f"{repo_id[:80]!r} is not a hub id: they have at most 96 letters, digits, dots and dashes.")
    if isinstance(error, GatedRepoError):
        raise ModelError(f"{repo_id} is gated: accept its terms on the hub and log in with `hf auth login`.")
    if isinstance(error, RepositoryNotFoundError):
        message = N_("The hub has no model {model}, or it is private: check the spelling.")
        raise ModelError(lazy_gettext(message, model=repr(repo_id)))
    if isinstance(error, HfHubHTTPError):
        raise OSError(in_one_line(error))
    if error is not None:
        raise error
    return info


def _cached_snapshot(repo_id: str, revision: str | None, error: Exception) -> Path:
    """What was fetched before, whole: a download may have been broken off."""
    try:
        folder = Path(
            huggingface_hub.snapshot_download(repo_id, revision=revision, allow_patterns=CONFIG, local_files_only=True)
        )
        refuse_incomplete(folder, repo_id)
        return folder
    except (LocalEntryNotFoundError, ModelError, ValueError, OSError):
        message = N_(
            "{model} is not on this machine yet, and the hub did not answer ({why}). Try again when it can be reached, "
            "or give the folder of a model that is here."
        )
        told = {"model": repo_id, "why": in_one_line(error)}
        if "/" not in repo_id:  # rarely a hub id, mostly a name of ours that was mistyped
            message = N_(
                "{model} is not in the catalogue ({names}), and the hub, which may have it, did not answer ({why})."
            )
            told["names"] = ", ".join(CATALOGUE)
        raise ModelError(lazy_gettext(message, **told)) from None
