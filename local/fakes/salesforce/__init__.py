"""A fake Salesforce: leads, tasks and meetings over the REST API, with the SOQL that we use.

It checks what an org checks: required fields, lengths, addresses, unique ids, duplicate rules,
picklists, converted and deleted leads; with a knob for each way in which orgs differ.
"""

from local.fakes.salesforce.server import SalesforceServer

__all__ = ["SalesforceServer"]
