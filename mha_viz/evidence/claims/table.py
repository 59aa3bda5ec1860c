"""The published claims that can be measured again."""

from __future__ import annotations

from mha_viz.errors import InputError
from mha_viz.evidence.claims import clark_surface, gu_sinks, kobayashi_norms, olsson_induction, vig_depth
from mha_viz.evidence.claims.circuits import (
    mcdougall_suppression,
    olsson_repeats,
    todd_vectors,
    wang_objects,
    wu_retrieval,
)
from mha_viz.evidence.claims.claim import Claim
from mha_viz.evidence.claims.media import darcet_registers, whisper_alignment
from mha_viz.evidence.claims.removing import abnar_rollout, michel_heads, xiao_window
from mha_viz.evidence.claims.structure import (
    clark_coreference,
    clark_relations,
    htut_trees,
    schwaller_atoms,
    voita_kinds,
)
from mha_viz.outside import cut

FILES = (
    gu_sinks, clark_surface, olsson_induction, vig_depth, kobayashi_norms,
    olsson_repeats, wang_objects, mcdougall_suppression, wu_retrieval, todd_vectors,
    xiao_window, michel_heads, abnar_rollout,
    clark_relations, htut_trees, voita_kinds, whisper_alignment, darcet_registers,
    schwaller_atoms, clark_coreference,
)  # fmt: skip
CLAIMS: dict[str, Claim] = {file.CLAIM.name: file.CLAIM for file in FILES}


def claim_of(name: str) -> Claim:
    """The claim of this name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in CLAIMS:
        raise InputError(f"There is no claim {cut(name)!r}; there are {', '.join(CLAIMS)}.")
    return CLAIMS[name]
