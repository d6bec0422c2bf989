"""The vendor's SDK for Cloud Backup and Recovery: the whole life of a vault, signed with an access key."""

import warnings

from huaweicloudsdkcbr.v1 import *
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException, ServerResponseException

from _checks import START, check, control, end, equal

# Whatever the SDK cannot read of an answer it only warns about.
warnings.simplefilter("error")

credentials = BasicCredentials(START["access_key"], START["secret_key"], START["project_id"])
client = CbrClient.new_builder().with_credentials(credentials).with_endpoint(START["url"]).build()
made = {}


def refused(call, status, code):
    try:
        call()
    except ClientRequestException as error:
        equal((error.status_code, error.error_code), (status, f"BackupService.{code}"))
        assert error.request_id and error.error_msg, error
    else:
        raise AssertionError("was not refused")


@check
def a_server_that_is_in_no_vault_is_found():
    instances = client.list_protectable(ListProtectableRequest(protectable_type="server", name="wiki01")).instances
    equal([instance.name for instance in instances], ["wiki01"])
    assert instances[0].protectable.result, instances[0]
    made["server"] = instances[0]


@check
def a_vault_is_made_filled_and_shown():
    billing = BillingCreate(consistent_level="crash_consistent", object_type="server", protect_type="backup", size=500)
    body = VaultCreateReq(vault=VaultCreate(name="sdk-vault", billing=billing, resources=[], tags=[Tag(key="env", value="test")]))
    vault = client.create_vault(CreateVaultRequest(body=body)).vault
    resources = [ResourceCreate(id=made["server"].id, type="OS::Nova::Server")]
    request = AddVaultResourceRequest(vault_id=vault.id, body=VaultAddResourceReq(resources=resources))
    equal(client.add_vault_resource(request).add_resource_ids, [made["server"].id])
    shown = client.show_vault(ShowVaultRequest(vault_id=vault.id)).vault
    equal([resource.name for resource in shown.resources], ["wiki01"])
    equal((shown.billing.size, shown.billing.allocated, shown.billing.spec_code), (500, 200, "vault.backup.server.normal"))
    listed = client.list_vault(ListVaultRequest(name="sdk-", limit=10, offset=0))
    equal((listed.count, listed.vaults[0].id), (1, vault.id))
    made["vault"] = shown


@check
def a_policy_is_made_applied_and_fires():
    trigger = PolicyTriggerReq(properties=PolicyTriggerPropertiesReq(pattern=["FREQ=DAILY;BYHOUR=3;BYMINUTE=0"]))
    keep = PolicyoODCreate(retention_duration_days=30)
    policy = PolicyCreate(name="sdk-nightly", operation_definition=keep, operation_type="backup", trigger=trigger)
    made["policy"] = client.create_policy(CreatePolicyRequest(body=PolicyCreateReq(policy=policy))).policy.id
    body = VaultAssociate(policy_id=made["policy"])
    link = client.associate_vault_policy(AssociateVaultPolicyRequest(vault_id=made["vault"].id, body=body))
    equal(link.associate_policy.policy_id, made["policy"])
    control("clock", {"advance": "P2D"})
    found = client.list_backups(ListBackupsRequest(vault_id=made["vault"].id))
    assert found.count >= 1, found
    assert found.backups[0].extend_info.auto_trigger, found.backups[0]


@check
def a_vault_is_backed_up_now():
    parameters = CheckpointParam(name="by-hand", resources=[made["server"].id])
    body = VaultBackupReq(checkpoint=VaultBackup(vault_id=made["vault"].id, parameters=parameters))
    checkpoint = client.create_checkpoint(CreateCheckpointRequest(body=body)).checkpoint
    equal((checkpoint.status, checkpoint.vault.resources[0].resource_size), ("protecting", "200"))
    control("clock", {"advance": "PT6H"})
    shown = client.show_checkpoint(ShowCheckpointRequest(checkpoint_id=checkpoint.id)).checkpoint
    equal((shown.status, shown.vault.id), ("available", made["vault"].id))
    found = client.list_backups(ListBackupsRequest(checkpoint_id=checkpoint.id, limit=100, offset=0, incremental=False))
    made["backup"] = found.backups[0]
    equal(client.show_backup(ShowBackupRequest(backup_id=made["backup"].id)).backup.name, "by-hand")
    equal(len(made["backup"].children), 3)


@check
def a_restore_is_followed_through_its_task():
    mappings = [BackupRestoreServerMapping(backup_id=child.id, volume_id=child.resource_id) for child in made["backup"].children]
    body = BackupRestoreReq(restore=BackupRestore(server_id=made["server"].id, mappings=mappings, power_on=True))
    response = client.restore_backup(RestoreBackupRequest(backup_id=made["backup"].id, body=body))
    equal(response.status_code, 202)
    task = client.list_op_logs(ListOpLogsRequest(operation_type="restore", vault_id=made["vault"].id)).operation_logs[0]
    equal(task.status, "running")
    control("clock", {"advance": "PT2H"})
    task = client.show_op_log(ShowOpLogRequest(operation_log_id=task.id)).operation_log
    equal((task.status, task.extra_info.common.progress, task.error_info.code), ("success", 100, ""))


@check
def a_backup_is_shared_and_taken_back():
    receiver = "demo-project-2"
    projects = client.list_domain_projects(ListDomainProjectsRequest(domain_name=START["domain"])).projects
    project = next(project.project_id for project in projects if project.project_name == receiver)
    request = AddMemberRequest(backup_id=made["backup"].id, body=AddMembersReq(members=[project], domains=[]))
    equal(client.add_member(request).members[0].status, "pending")
    shown = client.show_member_detail(ShowMemberDetailRequest(backup_id=made["backup"].id, member_id=project)).member
    equal((shown.dest_project_id, shown.backup_id), (project, made["backup"].id))
    equal(client.delete_member(DeleteMemberRequest(backup_id=made["backup"].id, member_id=project)).status_code, 204)


@check
def refusals_have_the_services_codes():
    refused(lambda: client.show_vault(ShowVaultRequest(vault_id="none")), 404, "6105")
    refused(lambda: client.show_backup(ShowBackupRequest(backup_id="none")), 404, "6200")
    resources = [ResourceCreate(id=made["server"].id, type="OS::Nova::Server")]
    request = AddVaultResourceRequest(vault_id=made["vault"].id, body=VaultAddResourceReq(resources=resources))
    refused(lambda: client.add_vault_resource(request), 400, "7116")


@check
def the_region_and_its_summary_are_read():
    regions = client.show_replication_capabilities(ShowReplicationCapabilitiesRequest()).regions
    equal(regions[0].name, START["region"])
    summary = client.show_summary(ShowSummaryRequest())
    assert summary.size >= 500 and summary.used_size > 0, summary
    tags = client.show_vault_tag(ShowVaultTagRequest(vault_id=made["vault"].id)).tags
    equal([(tag.key, tag.value) for tag in tags], [("env", "test")])


@check
def a_vault_goes_with_everything_in_it():
    backup = client.delete_backup(DeleteBackupRequest(backup_id=made["backup"].id))
    equal(backup.status_code, 204)
    control("clock", {"advance": "PT2H"})
    refused(lambda: client.show_backup(ShowBackupRequest(backup_id=made["backup"].id)), 404, "6200")
    equal(client.delete_policy(DeletePolicyRequest(policy_id=made["policy"])).status_code, 204)
    equal(client.delete_vault(DeleteVaultRequest(vault_id=made["vault"].id)).status_code, 204)
    control("clock", {"advance": "PT2H"})
    refused(lambda: client.show_vault(ShowVaultRequest(vault_id=made["vault"].id)), 404, "6105")
    equal(client.list_backups(ListBackupsRequest(vault_id=made["vault"].id)).count, 0)


@check
def an_order_is_carried_out():
    billing = PrePaidBillingCreate(
        consistent_level="crash_consistent", object_type="server", protect_type="backup", size=100, period_type="month", period_num=1
    )
    body = VaultOrderCreateReqs(vault=PrePaidVaultOrder(name="sdk-ordered", billing=billing, resources=[]))
    order = client.create_post_paid_vault(CreatePostPaidVaultRequest(body=body)).orders[0]
    shown = client.show_vault(ShowVaultRequest(vault_id=order.resource_id)).vault.billing
    equal((shown.charging_mode, shown.order_id), ("pre_paid", order.order_id))
    product = CbcProductInfoOrderChange(product_id="p", resource_size=200, resource_size_measure_id=17, resource_spec_code=shown.spec_code)
    changed = client.change_order(ChangeOrderRequest(body=CbcOrderChange(resource_id=order.resource_id, product_info=product)))
    shown = client.show_vault(ShowVaultRequest(vault_id=order.resource_id)).vault.billing
    equal((shown.size, shown.order_id), (200, changed.order_id))


@check
def an_agent_keeps_its_paths():
    agent = AgentRegister(agent_id="sdk-agent", host_name="web01", host_ip="192.168.0.9", host_os="linux")
    client.register_agent(RegisterAgentRequest(body=AgentRegisterReq(agent=agent)))
    left_out = [ExcludePath(path_name="/srv", exclude_path_name=["/srv/tmp", "/srv/cache"])]
    body = AgentAddPathReq(add_path=["/srv"], exclude_path=left_out)
    equal(client.add_agent_path(AddAgentPathRequest(agent_id="sdk-agent", body=body)).added, ["/srv"])
    paths = client.show_agent(ShowAgentRequest(agent_id="sdk-agent")).agent.paths
    equal([(path.dir_path, path.exclude_paths) for path in paths], [("/srv", "/srv/tmp,/srv/cache")])
    equal(client.unregister_agent(UnregisterAgentRequest(agent_id="sdk-agent")).status_code, 200)


@check
def a_migration_is_followed_to_its_end():
    request = MigrateDomainRequest(body=DomainMigrate(all_regions=False, reservation=0.2))
    for _ in range(24):
        try:
            client.migrate_domain(request)
            break
        except ServerResponseException as error:
            # Backups are being made.
            equal(error.error_code, "BackupService.4006")
            control("clock", {"advance": "PT1H"})
    status = ShowMigrateStatusRequest(all_regions=False)
    equal(client.show_migrate_status(status).status, "migrating")
    control("clock", {"advance": "PT1H"})
    equal([project.status for project in client.show_migrate_status(status).project_status], ["success"])


end()
