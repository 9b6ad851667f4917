"""The channel e-mail, by Azure Communication Services."""
