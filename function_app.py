"""The entry point of the Functions host."""

import azure.functions as func

from ingest_lead.blueprint import bp as ingest_lead
from nurture_timer.blueprint import bp as nurture_timer
from route_lead.blueprint import bp as route_lead

app = func.FunctionApp()
for blueprint in (ingest_lead, route_lead, nurture_timer):
    app.register_functions(blueprint)
