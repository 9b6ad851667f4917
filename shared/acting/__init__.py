"""What lets a person act on a lead without logging in anywhere: signed links."""
