"""The sample package of a recipe, made while one waits. Open to everybody: it holds nothing but examples."""

import tempfile
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from archive import sampling
from deliveries import recipes


@login_not_required
@require_safe
def recipe_sample(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        recipe = recipes.get(slug)
    except recipes.UnknownRecipe:
        raise Http404(_("Receptet finns inte.")) from None
    with tempfile.TemporaryDirectory() as folder:
        built = sampling.build_sample(recipe, Path(folder) / "exempel.zip")
        content = built.path.read_bytes()
    name = f"exempel-{recipe.slug}.zip"
    return HttpResponse(
        content, content_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
