"""Summits on the desk: the rotation's own page, with this floor's pages added."""

from django.contrib import admin

from rotation.models import Summit

from .pages import SummitPages

admin.site.unregister(Summit)
admin.site.register(Summit, SummitPages)
