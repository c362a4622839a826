"""The mechanism's record: a JSON file read whole, checked whole, and loaded whole or not at all."""
