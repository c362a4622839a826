"""The addresses printed in mails; replies/links.py writes them. They are promises: none is ever renamed."""

from django.urls import path

from .public_pages import reply_page, unsubscribe_page

urlpatterns = [
    path("reply/<slug:purpose>/<str:token>", reply_page, name="reply"),
    path("unsubscribe/<str:token>", unsubscribe_page, name="unsubscribe"),
]
