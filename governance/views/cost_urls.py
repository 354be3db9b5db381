"""Under /kostnader/."""

from django.urls import URLPattern, URLResolver, path

from governance.views import budget_editing, budget_steps, budgets, cost_reports, invoices, simulation

urlpatterns: list[URLPattern | URLResolver] = [
    path("", budgets.cost_list, name="costs"),
    path("simulering/", simulation.simulation, name="simulation"),
    path("simulering/tabell.<str:form>", simulation.simulation_file, name="simulation_file"),
    path("budget/ny/", budgets.new_budget, name="new_budget"),
    path("budget/<int:budget_id>/", budgets.budget, name="budget"),
    path("budget/<int:budget_id>/andra/", budget_editing.edit_budget, name="edit_budget"),
    path("budget/<int:budget_id>/fordela/", budget_editing.share_budget, name="share_budget"),
    path("budget/<int:budget_id>/fordelning.<str:form>", budgets.budget_file, name="budget_file"),
    path("budget/<int:budget_id>/lagg-fram/", budget_steps.propose_budget, name="propose_budget"),
    path("budget/<int:budget_id>/ta-tillbaka/", budget_steps.take_back_budget, name="take_back_budget"),
    path("budget/<int:budget_id>/beslut/", budget_steps.decide_budget, name="decide_budget"),
    path("budget/<int:budget_id>/ny-version/", budget_steps.renew_budget, name="renew_budget"),
    path("budget/<int:budget_id>/rapport/<str:kind>/", cost_reports.open_report, name="open_cost_report"),
    path("budget/<int:budget_id>/fakturaunderlag/", invoices.invoice_list, name="invoices"),
    path("budget/<int:budget_id>/fakturaunderlag/<str:code>.<str:form>", invoices.invoice_file, name="invoice_file"),
    path("budget/<int:budget_id>/arsrapport/<str:code>/", cost_reports.yearly, name="yearly_report"),
    path("budget/<int:budget_id>/arsrapport/<str:code>.<str:form>", cost_reports.yearly, name="yearly_report_file"),
    path("rapport/<int:report_id>/", cost_reports.cost_report, name="cost_report"),
    path("rapport/<int:report_id>/andra/", cost_reports.edit_cost_report, name="edit_cost_report"),
    path("rapport/<int:report_id>/faststall/", cost_reports.confirm_cost_report, name="confirm_cost_report"),
    path("rapport/<int:report_id>/fakturaunderlag/", invoices.settlement_invoice_list, name="settlement_invoices"),
    path(
        "rapport/<int:report_id>/fakturaunderlag/<str:code>.<str:form>",
        invoices.settlement_invoice_file,
        name="settlement_invoice_file",
    ),
]
