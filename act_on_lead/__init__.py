"""The functions by which people and programs act on a lead: an API, and the page behind a link."""
