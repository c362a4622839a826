"""How a moment's offset from UTC is written. Pure."""

from __future__ import annotations

from datetime import datetime


def offset_text(local: datetime) -> str:
    """The offset of an aware moment: "UTC+5", "UTC+5:30", "UTC"."""
    minutes = int(local.utcoffset().total_seconds() // 60)  # type: ignore[union-attr]
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
