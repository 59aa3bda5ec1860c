"""Several texts in one padded batch, of which each attention call is handed to a function as it happens and dropped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TypeVar

from torch import Tensor

from mha_viz.objects import AttentionCall, Model, Positions
from mha_viz.recording.capture import read_all
from mha_viz.recording.cut import OneText, cut_out
from mha_viz.recording.looking.recorder import LookingRecorder, refuse_nothing
from mha_viz.recording.requests import Request, requests_of
from mha_viz.recording.run import Known, known_calls, record, remember
from mha_viz.recording.together import Row, lengths_of, padding_of, read_as_one, read_together, row_of
from mha_viz.recording.validate import validate
from mha_viz.recording.watching.recorder import Run

TakesCalls = TypeVar("TakesCalls", bound=Callable[[AttentionCall], object])
Report = Callable[[float], None]
SHORT = 16  # tokens of the run in which a network is checked that was not seen yet


def look_at_texts(
    model: Model, texts: Sequence[str], begin: Callable[[int, Positions], TakesCalls], *, batch_size: int = 16
) -> list[TakesCalls]:
    """The same calls as those of ``capture`` of a list of texts, each handed on and dropped.

    Parameters
    ----------
    begin : callable
        Makes what takes the calls of one text, in their order, from its number and its tokens. A run that has to be
        repeated begins anew.
    batch_size : int
        Texts that are read together.

    Returns
    -------
    list
        What took the calls of each text.

    Raises
    ------
    InputError, UnreadableModelError
        As ``capture``.
    """
    taken: list[TakesCalls] = []
    for first in range(0, len(texts), batch_size):
        some = list(texts[first : first + batch_size])
        batch, rows = read_all(model, requests_of(some, None, None, 0, (None, None), False))
        begun = [partial(begin, first + i, source) for i, (source, _, _) in enumerate(rows) if source is not None]
        taken += look_at_rows(model, batch, rows, begun, encoder_only=True)
    return taken


def look_at_request(model: Model, request: Request, begin: Callable[[Positions], TakesCalls]) -> TakesCalls:
    """The same for one text or chat. It is begun once more for a run that has to be repeated."""
    batch, rows = read_all(model, [request])
    begun = [partial(begin, source) for source, _, _ in rows if source is not None]
    return look_at_rows(model, batch, rows, begun, encoder_only=True)[0]


def look_at_tensors(model: Model, inputs: dict[str, Tensor], begin: Callable[[], TakesCalls]) -> TakesCalls:
    """The same for tensors of one example, as ``capture`` takes them."""
    return look_at_rows(model, inputs, [(None, None, None)], [begin], encoder_only=False)[0]


def look_at_rows(
    model: Model, batch: dict[str, Tensor], rows: list[Row], begun: Sequence[Callable[[], TakesCalls]], *,
    encoder_only: bool,
    layers: Collection[int] | None = None, progress: Report | None = None,
) -> list[TakesCalls]:  # fmt: skip
    """What ``begun`` makes for each row of a batch, after it took the calls of that row.

    As ``read_together`` does, this reads rows one by one where padding changes something. Networks whose calls can be
    told only from a whole run are captured.
    """
    known, padding = _known(model, batch, rows, encoder_only), padding_of(model.network)
    if known is not None and (len(rows) == 1 or not padding.changes):
        taken = _in_one_run(model, batch, rows, begun, encoder_only, known, layers, progress)
        if taken is not None:
            return taken
    if known is None or len(rows) == 1 or not padding.changes:
        return _captured(model, batch, rows, begun, encoder_only, layers, progress)
    alone = []
    for i in range(len(rows)):
        of_one = row_of(batch, rows, i), [rows[i]], begun[i : i + 1]
        alone += look_at_rows(model, *of_one, encoder_only=encoder_only)
    return alone


def _in_one_run(
    model: Model, batch: dict[str, Tensor], rows: list[Row], begun: Sequence[Callable[[], TakesCalls]],
    encoder_only: bool,
    known: Known, layers: Collection[int] | None, progress: Report | None,
) -> list[TakesCalls] | None:  # fmt: skip
    """None where the network did otherwise than is known of it, or padding changes what it does."""
    padding = padding_of(model.network)
    untried = padding.untried(rows) if len(rows) > 1 else None
    lengths = {values.shape[1] for name, values in batch.items() if name.endswith("input_ids")}
    taken: list[TakesCalls] = []

    def made() -> list[TakesCalls]:
        taken[:] = [make() for make in begun]
        return taken

    recorder = LookingRecorder(
        False, (encoder_only, *sorted(batch)), progress=progress, checked=known.checked, known=known, layers=layers,
        texts=[OneText(model, i, source, decoded, lengths) for i, (source, decoded, _) in enumerate(rows)],
        made=made, kept_row=untried,
    )  # fmt: skip
    if not recorder.runs_as_known(model, batch, encoder_only):
        return None
    if untried is not None:
        (alone,) = read_as_one(model, row_of(batch, rows, untried), [rows[untried]], encoder_only)
        padding.note(rows, recorder.kept, alone.calls)
    return None if padding.changes and len(rows) > 1 else taken


def _known(model: Model, batch: dict[str, Tensor], rows: list[Row], encoder_only: bool) -> Known | None:
    """What is known of such a run, which was checked on a few tokens where it was not seen before; None where its calls
    can be told only from a whole run.
    """
    run: Run = (encoder_only, *sorted(batch))
    is_text = rows[0][0] is not None
    validate(model, batch, encoder_only=encoder_only, is_text=is_text)
    if known_calls(model.network, run) is None and model.reading == "interface" and is_text:
        longest = max(range(len(rows)), key=lambda i: sum(lengths_of(rows[i])))
        short = {name: values[:, :SHORT] for name, values in row_of(batch, rows, longest).items()}
        recorder = record(model, short, encoder_only=encoder_only)
        paths = [call.path for call in recorder.calls]
        cut_out(model, recorder, 0, None, None, None)
        remember(model.network, recorder, paths)
    known = known_calls(model.network, run)
    is_seen_whole = known is None or model.reading == "observed" or None in known.modules
    return None if is_seen_whole else known


def _captured(
    model: Model, batch: dict[str, Tensor], rows: list[Row], begun: Sequence[Callable[[], TakesCalls]],
    encoder_only: bool,
    layers: Collection[int] | None, progress: Report | None,
) -> list[TakesCalls]:  # fmt: skip
    """The same of captures."""
    taken = []
    for i, capture in enumerate(read_together(model, batch, rows, encoder_only=encoder_only, progress=progress)):
        calls = [call for call in capture.calls if layers is None or call.layer in layers]
        refuse_nothing(calls, layers)
        taken.append(begun[i]())
        for call in calls:
            taken[-1](call)
    return taken
