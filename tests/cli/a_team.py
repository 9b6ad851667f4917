"""Rules with a team of three, as a file."""

TEAM_RULES = """
[default]
team = "east"

[teams.east]
name = "Sales East"
members = ["ada", "bob", "cem"]
zone = "Europe/Berlin"
weights = { bob = 2 }
channel = "east"
notify = "always"

[channels.east]
kind = "teams"
setting = "EAST_URL"

[people.ada]
name = "Ada"
email = "ada@contoso.com"
[people.bob]
name = "Bob"
email = "bob@contoso.com"
[people.cem]
name = "Cem"
email = "cem@contoso.com"
"""
