"""Where the database is: addresses in the environment, else the server of a demo that runs."""

from typing import Final

from hub import provision
from hub.embedded import running_address
from hub.settings import Addresses, Settings

DEMO_DATABASE: Final = "hub"


def find(settings: Settings) -> Addresses:
    """Say where each database role connects; raises ConfigError when nobody says."""
    admin_url = None if settings.names_a_database else running_address(settings.directory)
    return provision.addresses(admin_url, DEMO_DATABASE) if admin_url else settings.addresses()
