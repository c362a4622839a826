"""A paper's file as it leaves the service: under its symbol, and as what no browser draws or guesses."""

from __future__ import annotations

from django.http import FileResponse

from ..models import LanguageVersion
from .acts import stored_file
from .uploads import MEDIA_TYPES


def file_name(version: LanguageVersion) -> str:
    symbol = version.document.symbol_id.replace("/", "-")
    return f"{symbol}_{version.language}.{version.extension}"


def attachment(version: LanguageVersion) -> FileResponse:
    """To be saved by a browser, never shown by it. Raises FileChanged."""
    response = FileResponse(
        stored_file(version),
        as_attachment=True,
        filename=file_name(version),
        content_type=MEDIA_TYPES[version.extension],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
