"""What goes out: reminders, feed, desk; and the wiring of the project."""
