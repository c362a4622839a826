"""Where each address leads: the desk, the links of mails, the feed, the health probes."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

handler400 = "secretariat.feed.problems.bad_request"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("secretariat.reminders.replies.urls")),
    path("", include("secretariat.feed.urls")),
]
