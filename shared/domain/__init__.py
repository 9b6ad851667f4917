"""The rules of leads. Pure: no input, no output, no clock of its own."""
