"""Connects this app to the floor below."""
