"""Notice channels: a package for each, imported when a channel of its kind is first built."""

from shared.channels.building import ConfiguredChannels, build_channel

__all__ = ["ConfiguredChannels", "build_channel"]
