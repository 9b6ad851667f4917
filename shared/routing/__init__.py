"""Reading ``routing.toml``: what may stand in it, and every fault at once. No I/O."""
