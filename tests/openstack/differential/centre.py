"""A centre of the run's own, behind the lab's Keystone."""
from harness.server import Server

CONFIG = """
[keystone_authtoken]
auth_url = {keystone}
www_authenticate_uri = {keystone}
username = {user}
password = {password}
project_name = {project}
user_domain_id = default
project_domain_id = default
"""


def start_centre(values, folder):
    """`values` are the lab's; the Server is the caller's to stop."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "tricircle.conf"
    config.write_text(CONFIG.format(keystone=values["KEYSTONE_URL"], user=values["TRICIRCLE_USER"],
                                    password=values["TRICIRCLE_PASSWORD"], project=values["TRICIRCLE_PROJECT"]))
    return Server("central", folder / "central", ["central", "--config", str(config)]).start()
