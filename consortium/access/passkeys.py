"""Passkeys are not offered, but the library of the second factor loads theirs (FIDO2) with it: 10 MB in each process.

Here its module is put in place unread. It is read when somebody uses it, so switching passkeys on changes nothing else.
"""

import importlib
import importlib.util
import sys

UNREAD = "allauth.mfa.webauthn.internal.auth"


def leave_unread() -> None:
    """Before the first import of the second factor's pages."""
    if UNREAD in sys.modules:
        return
    found = importlib.util.find_spec(UNREAD)
    if not found or not found.loader:
        raise ModuleNotFoundError(UNREAD)
    found.loader = importlib.util.LazyLoader(found.loader)
    module = importlib.util.module_from_spec(found)
    sys.modules[UNREAD] = module
    found.loader.exec_module(module)
    # Named on its package, as an import that has to look for it there would read it.
    package, _, name = UNREAD.rpartition(".")
    setattr(importlib.import_module(package), name, module)
