"""python-karborclient: signs in through keystoneauth and reads restores from the catalog's address."""

from karborclient import client
from keystoneauth1 import session
from keystoneauth1.identity import generic, v3

from _checks import START, check, end, equal

SIGN_IN = {
    "username": START["user"],
    "password": START["password"],
    "project_name": START["project"],
    "user_domain_name": START["domain"],
    "project_domain_name": START["domain"],
}


def karbor(auth):
    return client.Client("1", session=session.Session(auth=auth), service_type="data-protect")


@check
def a_password_with_the_versioned_address_reads_restores():
    restores = karbor(v3.Password(auth_url=START["url"] + "/v3", **SIGN_IN)).restores.list()
    equal(isinstance(restores, list), True)


@check
def a_password_with_the_bare_address_reads_restores():
    restores = karbor(generic.Password(auth_url=START["url"], **SIGN_IN)).restores.list()
    equal(isinstance(restores, list), True)


@check
def keystoneauth_finds_every_service_of_the_catalog():
    auth = v3.Password(auth_url=START["url"] + "/v3", **SIGN_IN)
    own = session.Session(auth=auth)
    for kind, path in {
        "data-protect": f"/v1/{START['project_id']}",
        "compute": f"/v2.1/{START['project_id']}",
        "ecs": f"/v1/{START['project_id']}",
        "volumev2": f"/v2/{START['project_id']}",
        "volumev3": f"/v3/{START['project_id']}",
    }.items():
        endpoint = auth.get_endpoint(own, service_type=kind, interface="public", region_name=START["region"], skip_discovery=True)
        equal(endpoint, START["url"] + path)


end()
