"""Accounts. Nobody signs up by himself: a place is given by an administrator."""

from allauth.account import views as account
from django.urls import include, path

from consortium.access import passkeys

passkeys.leave_unread()

urlpatterns = [
    path("logga-in/", account.login, name="account_login"),
    path("logga-ut/", account.logout, name="account_logout"),
    path("losenord/", account.password_change, name="account_change_password"),
    path("losenord/valj/", account.password_set, name="account_set_password"),  # for who has none yet
    path("bekrafta/", account.reauthenticate, name="account_reauthenticate"),
    path("tvafaktor/", include("allauth.mfa.urls")),
]
