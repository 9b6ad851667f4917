"""What people are told about leads, whatever the channel: pure."""
