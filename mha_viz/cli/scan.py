"""`mha-viz scan`: what is worth looking at in one text."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from mha_viz.annotation.english.documents import read_ahead
from mha_viz.cli.shared.input import add_text_or_chat, messages_of, parsed_text, tell_notes
from mha_viz.cli.shared.terminal import add_dtype, loaded, tell
from mha_viz.models.catalogue import CATALOGUE, DEFAULT

if TYPE_CHECKING:
    from mha_viz.cli.shared.terminal import Commands
    from mha_viz.evidence.corpus.profile import Profile
    from mha_viz.evidence.findings.finding import Finding

NOTHING = "Nothing stands out in this text."
WITHOUT_PARSER = "What needs no annotation follows."


def add_scan_command(commands: Commands) -> None:
    """Add ``mha-viz scan``."""
    scan = commands.add_parser("scan", help="what is worth looking at in one text, in at most five sentences")
    add_text_or_chat(scan)
    scan.add_argument("--model", default=DEFAULT, help=f"{', '.join(CATALOGUE)}, a folder or a hub id")
    add_dtype(scan)
    scan.add_argument("--json", action="store_true", help="every number behind the sentences")
    scan.set_defaults(run=_scan)


def _scan(options: argparse.Namespace) -> None:
    messages = messages_of(options.message)
    if not messages:
        read_ahead(options.text)
    model = loaded(options.model, options.dtype)
    from mha_viz.evidence.corpus.profiles import option_of, profile_of
    from mha_viz.evidence.findings.scan import scan
    from mha_viz.recording.capture import capture

    text_capture = capture(model, messages or options.text, add_generation_prompt=options.add_generation_prompt)
    tell_notes(text_capture)
    profile = profile_of(model.name, model.identity, dtype=model.dtype)
    if profile is None:
        command = f"mha-viz profile --model {options.model}{option_of(model.dtype)}"
        tell(f"Nothing is known of {model.name} in general; `{command}` measures it.")
    findings = scan(text_capture, parsed_text(text_capture, WITHOUT_PARSER), profile=profile)
    if options.json:
        result = {"model": model.name, "text": text_capture.text, "profile": _origin(profile, model.name)}
        print(json.dumps({**result, "findings": [_plain(finding) for finding in findings]}, ensure_ascii=False))
        return
    print("\n".join(finding.sentence for finding in findings) or NOTHING)
    if profile is not None and any(finding.score for finding in findings):
        print(f"What heads do in general is from the profile {_origin(profile, model.name)}.")


def _origin(profile: Profile | None, model_name: str) -> str | None:
    """Of which profile what is known in general is."""
    from mha_viz.evidence.cards.model_cards import whose_in_words

    return None if profile is None else whose_in_words(profile.whose, profile.facts, model_name)


def _plain(finding: Finding) -> dict[str, Any]:
    """A finding for JSON: missing is null."""
    values = asdict(finding).items()
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values}
