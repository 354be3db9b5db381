"""What nobody uses takes no memory; what somebody uses is there."""

import subprocess
import sys

from django.conf import settings

SAY = """
import sys
import django
django.setup()
from django.urls import get_resolver
list(get_resolver().reverse_dict)
print("fido2" in sys.modules)
from allauth.mfa.webauthn.internal import auth
print(auth.begin_registration.__name__, "fido2" in sys.modules)
"""


def test_the_library_of_passkeys_is_read_when_somebody_uses_it() -> None:
    command = [sys.executable, "-c", SAY]
    said = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "begin_registration", "True"]
