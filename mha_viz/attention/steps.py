"""One head, for one query → the numbers of every step, from its query and keys to what it added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from mha_viz.attention.trace import Trace
from mha_viz.errors import NotSeenError
from mha_viz.inputs.words import unique_labels
from mha_viz.language import lazy_gettext
from mha_viz.objects import AttentionCall, Capture


@dataclass(frozen=True, eq=False)
class HeadSteps:
    """The numbers of one layer, and which head and query to look at.

    ``get_vectors`` gives what goes into the attention, for the step that shows it: token vectors (query, d_model), and
    those of the context, the same tensor where a text attends to itself (``token_vectors``).
    """

    capture: Capture
    call: AttentionCall
    trace: Trace
    head: int
    row: int
    get_vectors: Callable[[], tuple[Tensor, Tensor]]

    @property
    def queries(self) -> list[str]:
        return unique_labels(self.capture.query_positions[self.call.kind].labels)

    @property
    def keys(self) -> list[str]:
        return unique_labels(self.capture.key_positions[self.call.kind].labels)

    @property
    def looks(self) -> str:
        """The token that looks."""
        return self.queries[self.row]

    @property
    def group(self) -> int:
        """The key head that this head reads."""
        return self.head // self._heads_a_group

    @property
    def mates(self) -> range:
        """The heads that read the same key head, this one included."""
        return range(self.group * self._heads_a_group, (self.group + 1) * self._heads_a_group)

    @property
    def _heads_a_group(self) -> int:
        return self.call.n_heads // len(self.trace.value)

    def query_and_key(self) -> tuple[Tensor, Tensor]:
        """Both of this head: (query, d_head) and (key, d_head).

        Raises
        ------
        NotSeenError
            If the model computes attention in its own code.
        """
        query, key = self.trace.query, self.trace.key
        if query is None or key is None:
            sentence = lazy_gettext(
                "{model} computes attention in its own code, where its queries and keys are not seen. From “Scale and "
                "mask” on, every step is.",
                model=self.capture.short_name,
            )
            raise NotSeenError(sentence)
        return query[self.head], key[self.group]

    def terms(self) -> Tensor:
        """The products of the query with every key, dimension by dimension: (key, d_head)."""
        query, key = self.query_and_key()
        return query[self.row] * key

    @property
    def logits(self) -> Tensor:
        """Of this query, (key,); -inf where it may not look."""
        return self.trace.logits[self.head, self.row]

    @property
    def pattern(self) -> Tensor:
        """This query's row of the pattern, (key,)."""
        return self.trace.pattern[self.head, self.row]

    @property
    def value(self) -> Tensor:
        """What each key hands on, (key, d_head)."""
        return self.trace.value[self.group]

    def weighted(self) -> Tensor:
        """Each key's value, times its share: (key, d_head); their sum is the head's output."""
        return self.pattern[:, None] * self.value

    def lengths(self) -> Tensor:
        """How long a vector each head of the layer adds to this token, (head,)."""
        lengths: Tensor = self.trace.contributions[:, self.row].norm(dim=1)
        return lengths

    def rank(self) -> int:
        """The place of this head among those of its layer by that length, from 1."""
        lengths = self.lengths()
        return int((lengths > lengths[self.head]).sum()) + 1
