"""A capture, and what is known of its model → at most five findings: what is worth looking at in this text."""

from __future__ import annotations

from mha_viz.annotation.annotated import Annotated
from mha_viz.evidence.corpus.profile import Profile
from mha_viz.evidence.corpus.profiles import profile_of
from mha_viz.evidence.findings.finding import AVERAGE, HERE, KINDS, ROLE, UNUSUAL, Finding
from mha_viz.evidence.findings.here import here_findings
from mha_viz.evidence.findings.looks import looks_of
from mha_viz.evidence.findings.roles import PRONOUNS_HERE, items_here, role_findings
from mha_viz.evidence.findings.unusual import average_findings, unusual_findings
from mha_viz.evidence.ranking import each_row, strong_rows
from mha_viz.objects import Capture
from mha_viz.scores.tallies import self_attention

MOST = 5
AT_FIRST = {ROLE: 2, UNUSUAL: 1, AVERAGE: 1, HERE: 1}  # of each kind, before what is left over is filled up
AT_MOST = {ROLE: 3, UNUSUAL: 2, AVERAGE: 1, HERE: 2}


def scan(
    capture: Capture, annotated: Annotated | None = None, *, kind: str | None = None, profile: Profile | None = None
) -> tuple[Finding, ...]:
    """What is worth looking at in one text: at most five findings, none where nothing stands out.

    Parameters
    ----------
    capture : Capture
    annotated : Annotated, optional
        Of the same text (``parse``); without it, only roles that need no annotation can show.
    kind : {"encoder", "decoder"}, optional
        Self-attention; may be left out where the capture holds only one kind of it.
    profile : Profile, optional
        What heads do in general; by default the one of the capture's weights. Without any, only what stands out in
        this text alone is told.

    Returns
    -------
    tuple of Finding
        Kind by kind: roles that heads play here, two words that heads connect, heads that do something unusual for
        them, heads that rest less than on average. No two words come twice.

    Raises
    ------
    InputError
        If there is no such attention, the text is longer than 256 tokens, or the annotation is of another text.
    """
    looks = looks_of(capture, kind)
    profile = profile or profile_of(capture.model_name, capture.identity, dtype=capture.dtype)
    rows = [] if profile is None else each_row(strong_rows(profile.table))
    items = items_here(looks, annotated, self_attention(capture, kind)[1])
    found = {
        ROLE: role_findings(looks, rows, items),
        HERE: here_findings(looks, {item.query: item.right for item in items.get(PRONOUNS_HERE, ())}),
        UNUSUAL: unusual_findings(looks, rows),
        AVERAGE: average_findings(looks, rows),
    }
    return _chosen(found)


def _chosen(found: dict[str, list[Finding]]) -> tuple[Finding, ...]:
    """The first of each kind, then more of them where there is room; told kind by kind."""
    chosen: list[Finding] = []
    for kind, most in [*AT_FIRST.items(), *AT_MOST.items()]:
        for finding in found[kind]:
            if sum(one.kind == kind for one in chosen) >= most or len(chosen) >= MOST:
                break
            if not any(_same(finding, one) for one in chosen):
                chosen.append(finding)
    return tuple(sorted(chosen, key=lambda one: KINDS.index(one.kind)))


def _same(one: Finding, other: Finding) -> bool:
    """Whether two findings are of the same two words, of one role, or of what one head does; of "here" a head is but
    an example.
    """
    if {one.query, one.key} == {other.query, other.key}:
        return True
    is_same_role = one.kind == other.kind == ROLE and one.score == other.score
    is_same_head = (one.layer, one.head) == (other.layer, other.head) and HERE not in (one.kind, other.kind)
    return is_same_role or is_same_head
