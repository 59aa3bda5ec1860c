"""Tables → CSV, Parquet and JSON."""

from __future__ import annotations

import io
import json
import math
from typing import Any

import pandas as pd


def to_csv(table: pd.DataFrame, facts: dict[str, Any]) -> bytes:
    """CSV after one line of facts as JSON.

    ``pandas.read_csv(path, skiprows=1, keep_default_na=False)`` reads the table: a token may be spelled "nan".
    """
    return f"# {json.dumps(facts, ensure_ascii=False)}\n{table.to_csv(index=False)}".encode()


def to_parquet(table: pd.DataFrame, facts: dict[str, Any]) -> bytes:
    """Parquet with the facts in the table's ``attrs``, which ``pandas.read_parquet`` gives back."""
    described = table.copy(deep=False)
    described.attrs = facts
    buffer = io.BytesIO()
    described.to_parquet(buffer, index=False)
    return buffer.getvalue()


def to_json(table: pd.DataFrame, facts: dict[str, Any]) -> bytes:
    """``{"facts": …, "rows": [{column: value}, …]}``; float32 numbers are written so that they read back the same."""
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_dict("records")]
    return json.dumps({"facts": facts, "rows": rows}, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    """JSON has no infinity and no nan: what is masked or undefined is null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
