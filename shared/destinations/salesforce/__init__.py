"""The destination Salesforce."""
