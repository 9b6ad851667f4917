"""What two functions need, or what the domain owns."""
