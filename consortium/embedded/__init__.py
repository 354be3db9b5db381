"""PostgreSQL and Redis out of wheels, for trial and tests: nothing to install, nothing on the network.

Settings read addresses and secrets from here without starting anything.
Where DATABASE_URL is set, nothing here is used.
"""
