"""`{{ names|listed }}`: a list in a sentence, as the active language writes it."""

from django import template

from ..lists import listed

register = template.Library()
register.filter("listed", listed)
