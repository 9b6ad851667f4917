"""Who gets a lead: one turn a lead, and one a reassignment, whatever crashes on the way."""
