"""Every setting of the service; values come from the environment, defaults are the safe ones.

Nothing else in the project reads the environment, save the launcher, which makes it.
The table in README.md names every variable; a test keeps it complete.
"""

import os
from pathlib import Path

import environ
import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from .database import connection_class

# Every machine uses the zone table of the pinned `tzdata` wheel: Debian's own may be older than a
# state's last change of offset. zoneinfo reads this once, so it is set before the first zone is made.
os.environ.setdefault("PYTHONTZPATH", "")

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where we run -----------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
# One machine over plain http (`make run`, `make test`): cookies without Secure, no redirect to https.
LOCAL = env.bool("LOCAL", default=False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if not LOCAL and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure")):
    raise ImproperlyConfigured("SECRET_KEY: give at least 50 random characters.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS: name the hosts that this service answers to.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The address printed in mails and feeds; never guessed from a request's Host header.
BASE_URL = env.str(
    "BASE_URL", default="http://127.0.0.1:8000" if LOCAL else f"https://{ALLOWED_HOSTS[0]}"
).rstrip("/")

WEB_WORKERS = env.int("WEB_WORKERS", default=2)  # processes
WEB_THREADS = env.int("WEB_THREADS", default=8)  # of each

# --- What it is made of -----------------------------------------------------------------------
INSTALLED_APPS = [
    # Before Django's own apps, whose templates and words ours replace.
    "secretariat.desk.apps.DeskConfig",
    "rotation",
    "meetings",
    "secretariat.reminders",
    "secretariat.feed",
    "secretariat.desk.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]
MIDDLEWARE = [
    "secretariat.request_log.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "secretariat.feed.repeating.Repeating",
    "secretariat.bodiless.bodiless",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "secretariat.desk.too_often.AnswersTooOften",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "secretariat.desk.authors.Authors",
    "secretariat.desk.readers.Readers",
]
ROOT_URLCONF = "secretariat.urls"
WSGI_APPLICATION = "secretariat.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database and broker ----------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL")}
# Where another role owns the tables, and runs `migrate`: the service's, which `migrate` then grants what it needs.
DATABASE_SERVICE_ROLE = env.str("DATABASE_SERVICE_ROLE", default="")
# A connection takes milliseconds. While there is none to be had each request waits so long; after a failure the next
# one tries anew, where the pool's own pauses would grow as long as the outage was.
WAIT = env.float("DATABASE_WAIT_SECONDS", default=3.0)
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 0,
    "max_size": max(WEB_THREADS, 8),  # no thread waits for another's connection
    "timeout": WAIT,
    "reconnect_timeout": WAIT,
    "connection_class": connection_class(
        alive_seconds=WAIT, query_seconds=env.float("DATABASE_QUERY_SECONDS", default=0)
    ),
}
DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 2)  # libpq's least; the pool gives up earlier
DATABASES["default"]["CONN_MAX_AGE"] = 0  # the driver's own pool keeps the connections
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # and after a restart of the server hands out no dead ones
DATABASES["default"]["OPTIONS"].setdefault(
    "prepare_threshold", 5
)  # Django's cursors never prepare, the ledger's do
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A wake-up is never stored as a result, and never waits for a broker that is gone: the ledger knows all.
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Nobody steers a worker through the broker, and its leftovers there would end it when the broker restarts.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_TIMEZONE = "UTC"
TICK_SECONDS = env.int("TICK_SECONDS", default=5)
CELERY_BEAT_SCHEDULE = {
    # Two beats, or a late one, are harmless: a tick only rings the bell, the ledger says what is due.
    "deliver-due": {
        "task": "secretariat.reminders.tasks.deliver_due",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "close-silences": {
        "task": "meetings.tasks.close_silences",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    # Counted from when beat started, so nothing waits for a whole day that may never pass without a restart.
    "apply-retention": {
        "task": "meetings.tasks.erase_what_is_kept_too_long",
        "schedule": 6 * 3600,
    },
    "let-go-of-old-sign-ins": {
        "task": "secretariat.desk.tasks.let_go_of_old_sign_ins",
        "schedule": 6 * 3600,
        "options": {"expires": 3600},
    },
    "look-after-the-feed": {
        "task": "secretariat.feed.tasks.look_after_the_feed",
        "schedule": 6 * 3600,
        "options": {"expires": 3600},
    },
    "publish-what-was-written-otherwise": {
        "task": "secretariat.feed.tasks.publish_what_was_written_otherwise",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "send-webhooks": {
        "task": "secretariat.feed.tasks.send_webhooks",
        "schedule": TICK_SECONDS,
        "options": {"expires": TICK_SECONDS},
    },
    "reconcile-webhooks": {
        "task": "secretariat.feed.tasks.reconcile_webhooks",
        "schedule": 600,
        "options": {"expires": 600},
    },
    "read-returned-mail": {
        "task": "secretariat.reminders.tasks.read_returned_mail",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "notice-restored-database": {
        "task": "secretariat.reminders.tasks.notice_restored_database",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "reconcile": {
        "task": "secretariat.reminders.tasks.reconcile_all",
        "schedule": 3600,
        "options": {"expires": 3600},
    },
}

# --- Mail -------------------------------------------------------------------------------------
EMAIL = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25")
EMAIL_HOST, EMAIL_PORT = EMAIL["EMAIL_HOST"], EMAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_USER"] or "", EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_TLS", False), EMAIL.get("EMAIL_USE_SSL", False)
# The authorities, as a PEM file, by whom alone the certificates of the mail server and of the mailbox may be signed;
# empty: those that the machine knows. Unverified there is no TLS.
MAIL_CA_FILE = env.str("MAIL_CA_FILE", default="")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=30)  # seconds; Django's default waits for ever
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Secretariat <secretariat@example.org>")
# Where mails that cannot be delivered come back to, each with the name of its delivery behind a "+"; empty where no
# server takes such addresses: then they come back to the sender, and nobody reads them but people.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
# The mailbox of that address: maildir:///folder or imaps://user:password@host/INBOX.
BOUNCE_MAILBOX = env.str("BOUNCE_MAILBOX", default="")
# Domain of the Message-IDs of reminders.
MESSAGE_ID_DOMAIN = env.str("MESSAGE_ID_DOMAIN", default="secretariat.example.org")
# The local mailbox of `make run`, which the desk shows; empty where a real mail server is used.
MAILBOX_DIR = env.str("MAILBOX_DIR", default="")
# Between two mails to one domain; 0 is as fast as we can. A domain whose server asks for patience is served slowly
# for an hour whatever this is.
DOMAIN_PAUSE_SECONDS = env.float("DOMAIN_PAUSE_SECONDS", default=0.0)
DELIVERY_BATCH = env.int("DELIVERY_BATCH", default=50)  # rows claimed at once
MAIL_CONNECTIONS = env.int("MAIL_CONNECTIONS", default=4)  # to the mail server, a worker, when much is due
LEASE_SECONDS = env.int("LEASE_SECONDS", default=120)  # longer than all SMTP time-outs of one message

# --- Languages and time -----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("ru", "Русский")]
# The languages in which names and mails are written; the first is the one shown when one is missing.
CONTENT_LANGUAGES = [("en", "English"), ("zh", "中文"), ("ru", "Русский")]
# The languages in which papers may appear: those, and the state languages. Which of them a paper needs is data.
PAPER_LANGUAGES = [
    *CONTENT_LANGUAGES,
    ("kk", "Қазақша"),
    ("ky", "Кыргызча"),
    ("tg", "Тоҷикӣ"),
    ("tk", "Türkmençe"),
    ("uz", "Oʻzbekcha"),
]
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = ["secretariat.formats"]
# The order of protocol: these before the rest, which follows the reader's alphabet.
STATES_FIRST = env.list("STATES_FIRST", default=["CN"])
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Shanghai")  # the secretariat's own; shown, never stored

# --- Papers -----------------------------------------------------------------------------------
# Private: nothing is served from it but by the view that checks who asks.
MEDIA_ROOT = env.str("DOCUMENTS_DIR", default=str(BASE_DIR / "var" / "documents"))
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", default=25)
FILE_UPLOAD_HANDLERS = [
    "secretariat.desk.uploads.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Run as given with the file's path behind it: 0 is clean, 1 is infected, anything else refuses the file too.
UPLOAD_SCAN_COMMAND = env.str("UPLOAD_SCAN_COMMAND", default="")
# Less is possible, and warned of (UN General Assembly, 2020: at least 72 hours).
SILENCE_MINIMUM_HOURS = env.int("SILENCE_MINIMUM_HOURS", default=72)
SILENCE_REMINDER_HOURS = env.list("SILENCE_REMINDER_HOURS", cast=int, default=[72, 24, 3])

# --- Feed -------------------------------------------------------------------------------------
FEED_REQUESTS_AN_HOUR = env.int("FEED_REQUESTS_AN_HOUR", default=600)  # of one partner system, of one address
FEED_REMOVALS_KEPT_DAYS = env.int("FEED_REMOVALS_KEPT_DAYS", default=400)
# A change is told so long after it was made, so that several in a row are told once.
WEBHOOK_SETTLE_SECONDS = env.int("WEBHOOK_SETTLE_SECONDS", default=5)
WEBHOOK_LANES = env.int("WEBHOOK_LANES", default=4)  # receivers written to at once
WEBHOOK_MESSAGES_KEPT_DAYS = env.int("WEBHOOK_MESSAGES_KEPT_DAYS", default=90)  # after they ended
WEBHOOK_TIMEOUT = env.int("WEBHOOK_TIMEOUT", default=15)  # seconds for one message, from name to answer
# Receivers of this very machine, over http too: for trying things out, and only where LOCAL is set.
WEBHOOK_TO_LOOPBACK = env.bool("WEBHOOK_TO_LOOPBACK", default=False) and LOCAL

# --- Static files, API ------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Compressing takes seconds at every start, and spares only a network.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["secretariat.feed.authentication.PartnerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["secretariat.feed.permissions.MayRead"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "secretariat.feed.negotiation.Acceptable",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "secretariat.feed.openapi.FeedSchema",
    "EXCEPTION_HANDLER": "secretariat.feed.problems.problem_response",
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # `format=` is an unknown parameter like any other
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Secretariat calendar",
    "DESCRIPTION": """\
The public and partner calendar of the mechanism: meetings, tracks, states, rotation.

Limits, beyond which a request is refused and never half answered:

- 500 items a page: beyond it 400.
- 16 KiB for a request's line and its headers together: beyond it 431. It comes from the web server itself, before the
  service reads the request, and is no problem document.
- No address takes a request body: every method but GET, HEAD and OPTIONS is answered by 405.
- A title has 500 characters at most as it is entered, in each language. Texts that go with a meeting in calendars are
  made of what this document describes, and stay far below 32 KiB.
""",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "EXTERNAL_DOCS": {"description": "How to read the calendar", "url": f"{BASE_URL}/api/v1/guide/"},
    "SERVE_INCLUDE_SCHEMA": False,
    "WEBHOOKS": ["secretariat.feed.webhooks.schema.CHANGE"],
    "ENUM_NAME_OVERRIDES": {
        "MeetingStatus": "secretariat.feed.query.STATUSES",
        "DueStatus": "meetings.models.Due.Status",
        "DocumentStatus": ["issued", "withdrawn"],
        "SummitStatus": "rotation.models.Summit.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Security ---------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["secretariat.desk.signing_in.passwords.CountedPasswords"]
PASSWORD_HASHERS = [
    "secretariat.desk.signing_in.hashers.DeskArgon2",
    # Only read: who signs in with a password kept so has it kept by the first one.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
SIGN_INS_KEPT_DAYS = env.int("SIGN_INS_KEPT_DAYS", default=400)  # never less than 90
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not LOCAL:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health/"]  # probes speak plain http inside the cluster
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    if env.bool("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# --- History ----------------------------------------------------------------------------------
# Reads write no history; asking them who they are would make every feed answer vary by cookie.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGHISTORY_APPEND_ONLY = True  # triggers refuse UPDATE and DELETE of history
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "redacted": {"()": "secretariat.redaction.Redacted"},
        "of_request": {"()": "secretariat.request_log.OfRequest"},
    },
    "formatters": {
        "line": {
            "()": "secretariat.request_log.Line",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        }
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["redacted", "of_request"],
        }
    },
    # Each tick is rung, received and succeeds or was too late, every few seconds; the pool grows: no news. Failures are.
    "loggers": {
        name: {"level": "WARNING"}
        for name in (
            "celery.app.trace",
            "celery.beat",
            "celery.worker.request",
            "celery.worker.strategy",
            "psycopg.pool",
        )
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
