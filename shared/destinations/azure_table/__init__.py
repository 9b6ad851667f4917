"""The destination in the shape of Partner Center's own Azure Table rows."""
