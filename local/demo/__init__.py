"""The demo: samples pushed to the app, and what becomes of them."""
