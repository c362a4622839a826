"""Papers as PDF: a template of any floor, and what stands in it as JSON, so that no text becomes markup.

What all of them share stands in house.typ beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

FLOORS = Path(__file__).parents[2]  # a template names what it imports from here on


def typeset(template: str, content: Mapping[str, Any]) -> bytes:
    """The PDF of a template, such as "rotation/paper/what-if.typ", which finds `content` in `sys.inputs.content`."""
    printed: bytes = typst.compile(
        FLOORS / template,
        root=FLOORS,
        font_paths=_fonts(),
        sys_inputs={"content": json.dumps(content)},
    )
    return printed


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the pinned packages and no others, so that a paper looks alike on every machine."""
    folders = [files("fontpkg_noto_sans") / "files", files("cvttf_NotoSansCJK_Regular")]
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[Path(str(each)) for each in folders],
    )
