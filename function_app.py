"""The entry point of the Functions host."""

import azure.functions as func

from act_on_lead.blueprint import bp as act_on_lead
from ingest_lead.blueprint import bp as ingest_lead
from nurture_timer.blueprint import bp as nurture_timer
from route_lead.blueprint import bp as route_lead

app = func.FunctionApp()
for blueprint in (ingest_lead, route_lead, nurture_timer, act_on_lead):
    app.register_functions(blueprint)
