"""Which methods a page answers, beside Django's `require_safe` and `require_POST`."""

from django.views.decorators.http import require_http_methods

# A page with a form: shown by GET and HEAD, sent by POST.
require_form_methods = require_http_methods(["GET", "HEAD", "POST"])
