"""What the CRMs behind HTTP have in common: the way there, and what they are given of a lead."""
