"""The timer function: look at every lead that is due, and flag those without follow-up."""
