"""No page has a null character in its address, and PostgreSQL keeps none: whoever sends one is told so at the door."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


class NullCharacterMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or any(sign in request.META.get("QUERY_STRING", "") for sign in ("%00", "\0")):
            raise BadRequest("null character in the address")
        return self.get_response(request)
