"""The operator's command ``leads``: see what became of leads, and put right what went wrong."""
