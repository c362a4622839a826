#!/usr/bin/env python
"""Django's command line."""

import os
import sys

if __name__ == "__main__":
    if sys.argv[1:2] == ["project_rotation"]:
        # The engine stands on no settings, apps or servers, and without them starts in a fraction of the time.
        from rotation.management.commands.project_rotation import Command

        Command().run_from_argv(sys.argv)
    else:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
