"""What webhooks send, for OpenAPI 3.1."""

from __future__ import annotations

import json

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    OpenApiWebhook,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers

from ..schema import example


class WebhookDataSerializer(serializers.Serializer):
    feed = serializers.CharField(required=False, help_text="what your system reads")
    meeting = serializers.UUIDField(required=False, help_text="its uid")
    url = serializers.URLField(required=False, help_text="where to read the meeting, with your token")
    sync = serializers.URLField(required=False, help_text="what changed since your last sync")
    challenge = serializers.CharField(required=False, help_text="of a test: answer it")


@extend_schema_serializer(
    component_name="WebhookMessage",
    examples=[OpenApiExample("A change", value=json.loads(example("webhook.json")))],
)
class WebhookMessageSerializer(serializers.Serializer):
    """Signed by Standard Webhooks 1.0: webhook-id, webhook-timestamp and webhook-signature stand in headers."""

    type = serializers.CharField(
        help_text="meeting.changed, meeting.removed, feed.changed or webhook.ping; may grow"
    )
    timestamp = serializers.DateTimeField(help_text="when it changed")
    data = WebhookDataSerializer()


CHANGE = OpenApiWebhook(
    name="change",
    decorator=extend_schema(
        summary="Something that you may read has changed",
        description="Sent at least once, with the same webhook-id over all tries. Redirects are not followed.",
        request=WebhookMessageSerializer,
        responses={
            "2XX": OpenApiResponse(
                description="You have it; to a webhook.ping answer its challenge as JSON."
            ),
            "410": OpenApiResponse(description="You want no more: the webhook is switched off."),
        },
    ),
)
