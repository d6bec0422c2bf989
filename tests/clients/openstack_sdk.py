"""openstacksdk with otcextensions: signs in with a password and reads servers, volumes and backups."""

import openstack
from openstack import exceptions
from otcextensions import sdk as otc

from _checks import START, check, end, equal


def connect(**more):
    settings = {
        "auth_url": START["url"] + "/v3",
        "username": START["user"],
        "password": START["password"],
        "project_name": START["project"],
        "user_domain_name": START["domain"],
        "region_name": START["region"],
        "interface": "public",
    }
    connection = openstack.connect(**(settings | more))
    otc.load(connection)
    return connection


conn = connect()


@check
def signing_in_gives_the_project_of_the_start_line():
    equal(conn.current_project_id, START["project_id"])


@check
def discovery_leads_from_the_bare_address_to_a_token():
    bare = connect(auth_url=START["url"], project_domain_name=START["domain"])
    equal(bare.current_project_id, START["project_id"])


@check
def a_wrong_password_is_refused():
    try:
        connect(password="wrong").authorize()
    except exceptions.SDKException as error:
        assert "HTTP 401" in str(error), error
    else:
        raise AssertionError("signed in with a wrong password")


@check
def the_identity_service_lists_the_project():
    # The catalog has the identity service in region `*`, as the clouds do; ask by address.
    response = conn.session.get(START["url"] + "/v3/auth/projects")
    equal([project["name"] for project in response.json()["projects"]], [START["project"]])


@check
def servers_are_listed_with_their_volumes():
    servers = list(conn.compute.servers())
    assert servers, "no servers"
    volumes = {volume.id: volume for volume in conn.block_storage.volumes()}
    attached = [volume["id"] for server in servers for volume in server.attached_volumes]
    assert attached, "no server has a volume"
    equal([volume_id for volume_id in attached if volume_id not in volumes], [])


@check
def pages_of_servers_end_and_repeat_nothing():
    everything = [server.id for server in conn.compute.servers()]
    paged = [server.id for server in conn.compute.servers(limit=5)]
    equal(paged, everything)
    equal(len(set(paged)), len(paged))


@check
def pages_of_volumes_end_and_repeat_nothing():
    everything = [volume.id for volume in conn.block_storage.volumes()]
    paged = [volume.id for volume in conn.block_storage.volumes(limit=7)]
    equal(paged, everything)


@check
def one_server_is_found_by_id_and_by_name():
    first = next(conn.compute.servers())
    equal(conn.compute.get_server(first.id).name, first.name)
    equal(conn.compute.find_server(first.name).id, first.id)


@check
def a_server_that_is_not_there_is_a_not_found():
    try:
        conn.compute.get_server("00000000-0000-4000-8000-000000000000")
    except exceptions.NotFoundException:
        return
    raise AssertionError("found")


@check
def the_vendors_server_list_agrees_with_novas():
    response = conn.compute.get(f"{START['url']}/v1/{START['project_id']}/cloudservers/detail?limit=1000")
    equal(response.status_code, 200)
    body = response.json()
    equal(sorted(s["id"] for s in body["servers"]), sorted(s.id for s in conn.compute.servers()))
    equal(body["count"], len(body["servers"]))


@check
def backups_are_read_through_the_catalogs_address():
    response = conn.csbs.get("/checkpoint_items?limit=10")
    equal(response.status_code, 200)
    items = response.json()["checkpoint_items"]
    assert items, "no backups"
    shown = conn.csbs.get(f"/checkpoint_items/{items[0]['id']}").json()["checkpoint_item"]
    equal(shown["resource_id"], items[0]["resource_id"])
    servers = {server.id for server in conn.compute.servers()}
    assert any(item["resource_id"] in servers for item in items), "no backup of a known server"


@check
def pages_of_backups_follow_the_marker():
    seen, marker = [], ""
    while len(seen) < 30:
        query = f"/checkpoint_items?limit=10{marker}"
        items = conn.csbs.get(query).json()["checkpoint_items"]
        if not items:
            break
        seen += [item["id"] for item in items]
        marker = f"&marker={items[-1]['id']}"
    equal(len(set(seen)), len(seen))


@check
def images_are_read_with_the_backups_they_came_from():
    images = list(conn.image.images())
    assert images, "no images"
    whole = conn.image.get_image(images[0].id)
    equal((whole.status, whole.name), ("active", images[0].name))
    listed = conn.image.get("/v2/cloudimages?__whole_image=true", endpoint_override=START["url"]).json()["images"]
    backup = conn.csbs.get(f"/checkpoint_items/{listed[0]['__backup_id']}").json()["checkpoint_item"]
    equal(backup["extend_info"]["os_images_data"], [{"image_id": listed[0]["id"]}])


@check
def policies_are_read():
    response = conn.csbs.get("/policies")
    equal(response.status_code, 200)
    policies = response.json()["policies"]
    assert policies, "no policies"
    shown = conn.csbs.get(f"/policies/{policies[0]['id']}").json()["policy"]
    equal(shown["name"], policies[0]["name"])
    assert "RRULE:" in shown["scheduled_operations"][0]["trigger"]["properties"]["pattern"]


@check
def an_unknown_policy_has_the_services_code():
    response = conn.csbs.get("/policies/00000000-0000-4000-8000-000000000000", raise_exc=False)
    equal((response.status_code, response.json()["error_code"]), (404, "CSBS.3000"))


@check
def another_projects_path_is_refused():
    response = conn.csbs.get(
        f"{START['url']}/v1/{'0' * 32}/policies", raise_exc=False
    )
    equal((response.status_code, response.json()["error_code"]), (403, "APIGW.0301"))


end()
