"""The vendor's SDK core: signs requests with an access key (variant A) and looks its project up."""

import requests
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

from _checks import START, check, end, equal

HOST = START["url"].removeprefix("http://")


def call(method, path, query=(), body="", secret=START["secret_key"], headers=None, tamper=None):
    """Sends a request signed by the SDK's own signer; `tamper` may change it afterwards."""
    credentials = BasicCredentials(START["access_key"], secret, START["project_id"])
    request = SdkRequest(
        method=method,
        schema="http",
        host=HOST,
        resource_path=path,
        query_params=list(query),
        header_params={"Content-Type": "application/json", "X-Project-Id": START["project_id"]} | (headers or {}),
        body=body,
    )
    signed = Signer(credentials).sign(request)
    if tamper:
        tamper(signed)
    return requests.request(
        signed.method,
        f"http://{HOST}{signed.uri}",
        headers=signed.header_params,
        data=signed.body or None,
        timeout=30,
    )


def path(rest, version="v1"):
    return f"/{version}/{START['project_id']}{rest}"


@check
def the_project_is_looked_up_by_its_name():
    response = call("GET", "/v3/projects", [("name", START["project"])])
    equal(response.status_code, 200)
    equal([project["id"] for project in response.json()["projects"]], [START["project_id"]])


@check
def the_region_is_no_project():
    response = call("GET", "/v3/projects", [("name", START["region"])])
    equal(response.json()["projects"], [])


@check
def policies_and_backups_open_with_a_signature():
    for rest, member in (("/policies", "policies"), ("/checkpoint_items", "checkpoint_items")):
        response = call("GET", path(rest), [("limit", "2")])
        equal(response.status_code, 200)
        assert len(response.json()[member]) == 2, f"{member}: {response.text[:200]}"


@check
def queries_with_blanks_repeats_and_letters_beyond_ascii_are_signed_alike():
    query = [("name", "my server/é~*"), ("resource_name", "a b"), ("limit", "1"), ("status", "available"), ("status", "error")]
    equal(call("GET", path("/checkpoint_items"), query).status_code, 200)
    equal(call("GET", path("/cloudservers/detail"), [("name", "ü %_+")]).json(), {"count": 0, "servers": []})


@check
def a_signed_body_arrives():
    body = '{"check_protectable": [{"resource_id": "00000000-0000-4000-8000-000000000000", "resource_type": "OS::Nova::Server"}]}'
    provider = "fc4d5750-22e7-4798-8a46-f48f62c4c1da"
    response = call("POST", path(f"/providers/{provider}/resources/action"), body=body)
    equal(response.status_code, 200)
    equal(response.json()["protectable"][0]["error_code"], "CSBS.6000")


@check
def servers_and_volumes_open_with_a_signature():
    equal(call("GET", path("/cloudservers/detail")).status_code, 200)
    equal(call("GET", path("/cloudvolumes/detail", "v2")).status_code, 200)
    equal(call("GET", path("/volumes/detail", "v3")).status_code, 200)


@check
def a_wrong_secret_is_refused():
    response = call("GET", path("/policies"), secret="wrong")
    equal((response.status_code, response.json()["error_code"]), (401, "APIGW.0301"))
    assert response.json()["error_msg"].endswith("verify aksk signature fail")


@check
def a_request_changed_after_signing_is_refused():
    def other_query(request):
        request.uri += "&limit=1" if "?" in request.uri else "?limit=1"

    def other_project(request):
        request.header_params["X-Project-Id"] = "0" * 32

    for tamper in (other_query, other_project):
        equal(call("GET", path("/policies"), tamper=tamper).status_code, 401)


@check
def a_date_of_yesterday_is_refused():
    equal(call("GET", path("/policies"), headers={"X-Sdk-Date": "20200101T000000Z"}).status_code, 401)


end()
