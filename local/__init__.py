"""Run the app on one machine without Core Tools: a simulation of the host. Not deployed."""
