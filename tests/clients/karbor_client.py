"""python-karborclient: signs in through keystoneauth, reads from the catalog's address and runs a policy."""

from karborclient import client
from karborclient.common.apiclient import exceptions
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
def what_was_done_is_listed_filtered_and_shown():
    logs = karbor(v3.Password(auth_url=START["url"] + "/v3", **SIGN_IN)).operation_logs
    everything = logs.list()
    assert everything, "nothing was done"
    equal(logs.get(everything[0].id).operation_type, everything[0].operation_type)
    kinds = {log.operation_type for log in logs.list(search_opts={"status": "success"})}
    equal(kinds <= {"protect", "restore"}, True)


@check
def a_policy_is_run_and_its_checkpoint_read():
    auth = v3.Password(auth_url=START["url"] + "/v3", **SIGN_IN)
    native = karbor(auth)
    provider = native.providers.list()[0].id
    service = {"service_type": "data-protect"}
    answer = session.Session(auth=auth).get("/policies?name=retired-playground", endpoint_filter=service)
    plan = answer.json()["policies"][0]["id"]
    made = native.checkpoints.create(provider, plan)
    equal(native.checkpoints.get(provider, made.id).status, "protecting")
    listed = native.checkpoints.list(provider, search_opts={"plan_id": plan}, limit=1)
    equal([checkpoint.id for checkpoint in listed], [made.id])


@check
def what_is_not_there_is_a_not_found():
    native = karbor(v3.Password(auth_url=START["url"] + "/v3", **SIGN_IN))
    for find in (native.restores.get, native.operation_logs.get, native.providers.get, native.plans.get):
        try:
            find("none")
        except exceptions.NotFound:
            continue
        raise AssertionError("found")


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
