"""The destination Dynamics 365 Sales: the table ``lead`` of Dataverse, over its Web API."""
