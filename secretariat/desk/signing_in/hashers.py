"""How passwords are kept: Argon2id as OWASP's cheat sheet asks for at least.

Django's own parameters take 100 MB and eight threads for each try, also for a stranger's: a few at one moment
would hold the machine. These take 19 MB and some 30 ms of one processor.
"""

from django.contrib.auth.hashers import Argon2PasswordHasher


class DeskArgon2(Argon2PasswordHasher):
    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
