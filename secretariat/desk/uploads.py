"""A bound on what a request may send: without it anybody could fill the disk, logged in or not."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MEGABYTE = 1024 * 1024
# A file that is only somewhat too large is read, so that its form can say so in words.
TOLERANCE = 4


class CappedUpload(FileUploadHandler):
    """Refuses a request by the length that it announces, before a byte of it is read."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: bytes, encoding: Any = None
    ) -> None:
        if content_length > (settings.UPLOAD_MAX_MB * TOLERANCE + 1) * MEGABYTE:
            raise RequestDataTooBig("the request is larger than any paper")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
