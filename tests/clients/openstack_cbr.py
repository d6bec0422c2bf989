"""openstacksdk with otcextensions: vaults, policies and backups through the `cbr` proxy, pages included."""

import openstack
from openstack import exceptions
from otcextensions import sdk as otc

from _checks import START, check, control, end, equal

conn = openstack.connect(
    auth_url=START["url"] + "/v3",
    username=START["user"],
    password=START["password"],
    project_name=START["project"],
    user_domain_name=START["domain"],
    region_name=START["region"],
    interface="public",
)
otc.load(conn)
made = {}


@check
def vaults_of_the_demo_are_listed_and_found():
    vaults = list(conn.cbr.vaults())
    assert len(vaults) >= 2, vaults
    equal(conn.cbr.find_vault(vaults[0].name).id, vaults[0].id)
    equal(conn.cbr.find_vault("no-such-vault", ignore_missing=True), None)


@check
def limited_pages_end_and_repeat_nothing():
    for everything, paged in (
        (conn.cbr.vaults(), conn.cbr.vaults(limit=1)),
        (conn.cbr.policies(), conn.cbr.policies(limit=2)),
        (conn.cbr.backups(limit=1000), conn.cbr.backups(limit=7)),
        (conn.cbr.tasks(limit=1000), conn.cbr.tasks(limit=40)),
    ):
        expected = [row.id for row in everything]
        found = [row.id for row in paged]
        assert expected, "nothing to page through"
        equal(found, expected)


@check
def a_vault_is_made_with_a_server_and_a_policy():
    server = conn.compute.find_server("wiki01")
    vault = conn.cbr.create_vault(
        name="otc-vault",
        billing={"consistent_level": "crash_consistent", "object_type": "server", "protect_type": "backup", "size": 400},
        resources=[],
    )
    conn.cbr.associate_resources(vault.id, [{"id": server.id, "type": "OS::Nova::Server"}])
    policy = conn.cbr.create_policy(
        name="otc-nightly",
        operation_type="backup",
        operation_definition={"max_backups": 3},
        trigger={"properties": {"pattern": ["FREQ=DAILY;BYHOUR=3;BYMINUTE=0"]}},
    )
    equal(conn.cbr.bind_policy(vault.id, policy.id).status_code, 200)
    shown = conn.cbr.get_vault(vault.id)
    equal([resource["id"] for resource in shown.resources], [server.id])
    equal(conn.cbr.get_policy(policy.id).associated_vaults[0]["vault_id"], vault.id)
    made.update(vault=vault.id, policy=policy.id, server=server.id)


@check
def the_policy_fires_and_keeps_its_count():
    control("clock", {"advance": "P6D"})
    backups = list(conn.cbr.backups(vault_id=made["vault"]))
    equal(len(backups), 3)
    made["backup"] = conn.cbr.get_backup(backups[0].id)
    equal(made["backup"].status, "available")


@check
def a_checkpoint_is_made_and_becomes_available():
    checkpoint = conn.cbr.create_checkpoint(vault_id=made["vault"], parameters={"description": "by hand"})
    equal(checkpoint.status, "protecting")
    control("clock", {"advance": "PT6H"})
    equal(conn.cbr.get_checkpoint(checkpoint.id).status, "available")


@check
def a_backup_is_shared_and_restored():
    accounts = conn.session.get(START["url"] + "/sandbox/accounts").json()["accounts"]
    project = next(account["project_id"] for account in accounts if account["user"] == "demo2")
    members = conn.cbr.add_members(made["backup"].id, [project])
    equal([member.status for member in members], ["pending"])
    conn.cbr.delete_member(made["backup"].id, project)
    mappings = [{"backup_id": child["id"], "volume_id": child["resource_id"]} for child in made["backup"].children]
    conn.cbr.restore_data(made["backup"].id, mappings=mappings, power_on=True, server_id=made["server"])
    control("clock", {"advance": "PT2H"})
    task = next(iter(conn.cbr.tasks(operation_type="restore")))
    equal(conn.cbr.get_task(task.id).status, "success")


@check
def everything_is_taken_down_again():
    conn.cbr.unbind_policy(made["vault"], made["policy"])
    conn.cbr.dissociate_resources(made["vault"], [made["server"]])
    control("clock", {"advance": "PT2H"})
    equal(list(conn.cbr.backups(vault_id=made["vault"])), [])
    conn.cbr.delete_policy(made["policy"])
    conn.cbr.delete_vault(made["vault"])
    control("clock", {"advance": "PT2H"})
    try:
        conn.cbr.get_vault(made["vault"])
    except exceptions.NotFoundException:
        return
    raise AssertionError("still there")


end()
