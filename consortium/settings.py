"""One file, everything from the environment. A missing variable names itself and where README explains it."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from consortium import addresses
from consortium.embedded.trial import Trial

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that NAME_FILE names (how container platforms hand over secrets)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Miljövariabeln {name} saknas. Se README, avsnittet Driftsättning, rad {name}.")
    return value


def env_list(name: str, default: str | None = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


# Where the trial mode keeps everything; in production only used where a setting below says so.
DATA_DIR = Path(env("SAMARKIV_DATA", str(BASE_DIR / "data"))).absolute()
EMBEDDED = "DATABASE_URL" not in os.environ and "DATABASE_URL_FILE" not in os.environ
trial = Trial(DATA_DIR)

DEBUG = False
SECRET_KEY = trial.secret_key() if EMBEDDED else env("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY är för kort: minst 50 slumpade tecken. Se README, avsnittet Driftsättning.")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if EMBEDDED else None)
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
SITE_URL = env("SITE_URL", "http://localhost:8000" if EMBEDDED else None)
# What the public calls the e-archive, for example E-arkivcentrum Dalarna; empty shows Samarkiv alone.
SITE_NAME = env("SITE_NAME", "")
# Where the accessibility statement asks people to write; empty means that each municipality answers.
CONTACT_EMAIL = env("CONTACT_EMAIL", "")
# A second, cookieless host name for archive content; empty means the same host (trial).
CONTENT_HOST = env("CONTENT_HOST", "")
ALLOWED_HOSTS += [CONTENT_HOST] if CONTENT_HOST else []
HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "consortium",
    "governance",
    "deliveries",
    "archive",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "consortium.site.language.LanguageMiddleware",
    "consortium.site.null_characters.NullCharacterMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "archive.views.content_host.ContentHostMiddleware",
]

ROOT_URLCONF = "consortium.urls"
WSGI_APPLICATION = "consortium.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "consortium.site.context.page",
            ],
        },
    },
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **addresses.database(trial.database_url() if EMBEDDED else env("DATABASE_URL")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = trial.redis_url() if EMBEDDED else env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env("CACHE_URL", trial.redis_url(1) if EMBEDDED else REDIS_URL),
        "KEY_PREFIX": "samarkiv",
    }
}

CELERY_BROKER_URL = addresses.broker(REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # safe only because tries are counted in our row
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than any light task may take. A heavy one may, and whoever is then rung for it finds the row claimed.
    "visibility_timeout": 4000,
    "unacked_restore_throttle": 1,
    # A page that rings the bell gives up after a second; the sweep rings again.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.2,
    "connect_retries_timeout": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "light"
CELERY_TIMEZONE = "Europe/Stockholm"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "archive.tasks.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "deliveries": {"task": "deliveries.tasks.follow_calendar", "schedule": 900.0, "options": {"expires": 800}},
    "meetings": {"task": "governance.tasks.sweep", "schedule": 300.0, "options": {"expires": 280}},
    "post": {"task": "consortium.tasks.deliver_post", "schedule": 60.0, "options": {"expires": 55}},
}

# Without a server letters are laid in a folder, and the status page says so.
EMAIL_URL = env("EMAIL_URL", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_URL else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "samarkiv@localhost" if not EMAIL_URL else None)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if EMAIL_URL:
    globals().update(addresses.email(EMAIL_URL))

AUTH_USER_MODEL = "consortium.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "work"
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "consortium.access.accounts.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_SSL_REDIRECT = HTTPS and env("SECURE_SSL_REDIRECT", "1") == "1"
SECURE_HSTS_SECONDS = 2 * 365 * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
BEHIND_PROXY = env("BEHIND_PROXY", "0") == "1"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # failed log-ins are counted for each visitor, not for the proxy
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-src": ["'self'", *([f"https://{CONTENT_HOST}"] if CONTENT_HOST else [])],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Svenska")), ("en", _("Engelska"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True
# Amounts are grouped by consortium.formats; years and ids must never be.
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "archive.views.upload_handler.QuarantineHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

# Archive: quarantine for what arrives, N stores for what is kept, one search index that can always be rebuilt.
QUARANTINE_DIR = Path(env("QUARANTINE_DIR", str(DATA_DIR / "quarantine")))
WORK_DIR = Path(env("WORK_DIR", str(DATA_DIR / "work")))
SEARCH_DIR = Path(env("SEARCH_DIR", str(DATA_DIR / "search")))
SCHEMA_DIR = Path(env("SCHEMA_DIR", str(DATA_DIR / "schemas")))  # the register of schemas (manage.py schemas)
# Public searches per second and address, and how many at once before that counts; 0 is no limit.
SEARCH_RATE = float(env("SEARCH_RATE", "10"))
SEARCH_BURST = int(env("SEARCH_BURST", "30"))
UPLOAD_MAX_BYTES = int(env("UPLOAD_MAX_BYTES", str(1024**4)))
UPLOAD_PLAIN_MAX_BYTES = int(env("UPLOAD_PLAIN_MAX_BYTES", str(200 * 1024**2)))
UPLOAD_EXPIRES_DAYS = int(env("UPLOAD_EXPIRES_DAYS", "7"))
CLAMD = env("CLAMD", "")  # "unix:/run/clamav/clamd.ctl" or "tcp://clamav:3310"; without it reports say "inte genomsökt"
ENGINE_MEMORY_BYTES = int(env("ENGINE_MEMORY_BYTES", str(1024**3)))
# A client that sends nothing for so long is hung up on; what it has sent is kept.
UPLOAD_PATIENCE_SECONDS = int(env("UPLOAD_PATIENCE_SECONDS", "20"))
# Uploads stop before the disk is full, so that other work can go on.
UPLOAD_RESERVE_BYTES = int(env("UPLOAD_RESERVE_BYTES", str(1024**3)))
# Per web process, so that people who upload for hours leave threads for people who read.
UPLOADS_AT_ONCE = int(env("UPLOADS_AT_ONCE", str(max(1, int(env("WEB_THREADS", "8")) // 2))))
UPLOADS_OPEN_PER_USER = int(env("UPLOADS_OPEN_PER_USER", "20"))
# Deliveries being put together in the browser: kept so long after the last touch, with a warning before.
DRAFT_KEPT_DAYS = int(env("DRAFT_KEPT_DAYS", "90"))
DRAFT_WARNED_DAYS = int(env("DRAFT_WARNED_DAYS", "14"))
DRAFT_MOST_FILES = int(env("DRAFT_MOST_FILES", "20000"))
# How agreements are signed: a class of deliveries.signing.SigningService.
SIGNING_SERVICE = env("SIGNING_SERVICE", "deliveries.signing.LoggedApproval")


def archive_store(name: str) -> dict[str, Any]:
    """`ARCHIVE_STORE_A=s3://bucket/prefix?endpoint_url=…` or a folder; each store is a Django storage of its own."""
    return addresses.storage(env(f"ARCHIVE_STORE_{name.upper()}", str(DATA_DIR / "stores" / name)))


ARCHIVE_STORES = env_list("ARCHIVE_STORES", "a,b")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(WORK_DIR)}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    **{f"archive_{name}": archive_store(name) for name in ARCHIVE_STORES},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}
