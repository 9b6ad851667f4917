"""What the people who run the app do. No terminal and no page: those are its faces."""
