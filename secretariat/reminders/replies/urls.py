"""The addresses printed in mails; replies/links.py writes them. They are promises: none is ever renamed."""

from django.urls import path

from .paper_page import paper_page
from .public_pages import reply_page, unsubscribe_page

urlpatterns = [
    path("reply/<slug:purpose>/<str:token>", reply_page, name="reply"),
    path("paper/<str:token>", paper_page, {"purpose": "paper"}, name="paper"),
    path("unsubscribe/<str:token>", unsubscribe_page, name="unsubscribe"),
]
