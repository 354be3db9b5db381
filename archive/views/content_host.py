"""On the host name that archive content is served from, nothing else answers: no page of ours, no log-in, no cookie."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

SERVED = {"record_file"}


class ContentHostMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        host = request.get_host().partition(":")[0]
        match = request.resolver_match
        if settings.CONTENT_HOST and host == settings.CONTENT_HOST and match and match.url_name not in SERVED:
            raise Http404
