"""Starts ministack with the one link that it lacks: CloudTrail.

ministack knows every resource of stack.yaml but the trail, and what is called there stays unknown to its EventBridge.
This starter, and nothing else in the test, adds:

* ``AWS::CloudTrail::Trail`` as a CloudFormation type, on top of ministack's own trails;
* the way of a mutating Cognito call, while a trail logs, as a CloudTrail record to the default bus;
* ``UpdateUserPoolClient`` that replaces, as on AWS; ministack's merges.

It wraps functions of the pinned release by name, and fails at once if one of them is gone.
"""

import contextvars
import json
import logging
import os
import re

# Read by ministack when it is imported.
os.environ["CLOUDTRAIL_RECORDING"] = "1"
os.environ.setdefault("BIND_HOST", "127.0.0.1")

from ministack.app import main
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail, cognito, eventbridge
from ministack.services.cloudformation import provisioners

# ── The trail as a resource ──────────────────────────────────────────────────────────────────────────────────────────

CREATE_ONLY = ("TrailName",)


def answer(response):
    """The body of a ministack answer, or the error that it tells."""
    status, _, body = response
    if status >= 400:
        raise ValueError(body.decode())
    return json.loads(body)


def trail_attributes(name):
    trail = answer(cloudtrail._get_trail({"Name": name}))["Trail"]
    return {"Arn": trail["TrailARN"]}


def trail_settings(properties):
    known = ("S3BucketName", "S3KeyPrefix", "IsMultiRegionTrail", "IncludeGlobalServiceEvents", "EnableLogFileValidation")
    return {key: properties[key] for key in known if key in properties}


def apply_trail(name, properties):
    if "EventSelectors" in properties:
        answer(cloudtrail._put_event_selectors({"TrailName": name, "EventSelectors": properties["EventSelectors"]}))
    switch = cloudtrail._start_logging if properties["IsLogging"] else cloudtrail._stop_logging
    answer(switch({"Name": name}))


def create_trail(logical_id, properties, stack_name):
    name = properties.get("TrailName") or f"{stack_name}-{logical_id}"
    answer(cloudtrail._create_trail({"Name": name, **trail_settings(properties)}))
    apply_trail(name, properties)
    return name, trail_attributes(name)


def update_trail(physical_id, old, new, stack_name, logical_id=None):
    if any(old.get(key) != new.get(key) for key in CREATE_ONLY):
        created = create_trail(logical_id or physical_id, new, stack_name)
        delete_trail(physical_id, old)
        return created
    answer(cloudtrail._update_trail({"Name": physical_id, **trail_settings(new)}))
    apply_trail(physical_id, new)
    return physical_id, trail_attributes(physical_id)


def delete_trail(physical_id, _properties):
    answer(cloudtrail._delete_trail({"Name": physical_id}))


provisioners._RESOURCE_HANDLERS["AWS::CloudTrail::Trail"] = {
    "create": create_trail,
    "update": update_trail,
    "update_with_logical_id": True,
    "delete": delete_trail,
}

# ── An update that replaces ──────────────────────────────────────────────────────────────────────────────────────────

# What a client has for a setting that an update leaves out. The name stays as it is.
DEFAULTS = {key: value for key, value in provisioners._COGNITO_USER_POOL_CLIENT_UPDATABLE.items() if key != "ClientName"}

stock_update = cognito._update_user_pool_client


def replace_user_pool_client(data):
    return stock_update({**DEFAULTS, **data})


cognito._update_user_pool_client = replace_user_pool_client

# ── A Cognito call becomes an event ──────────────────────────────────────────────────────────────────────────────────

# ministack's recorder is told the request only; the answer of the same call waits here for it.
last_answer = contextvars.ContextVar("last_answer", default=None)
stock_dispatch = cognito._dispatch_idp
stock_record = cloudtrail.record_event


async def dispatch_and_remember(action, data):
    response = await stock_dispatch(action, data)
    last_answer.set(response)
    return response


def camel(name):
    """`UserPoolId` to `userPoolId`, `CSS` to `cSS`: only the first letter, as CloudTrail does."""
    return name[:1].lower() + name[1:]


def as_recorded(value):
    """A value as CloudTrail writes it: keys with a lower first letter, nothing unset, secrets hidden."""
    if isinstance(value, dict):
        recorded = {camel(key): as_recorded(inner) for key, inner in value.items() if inner not in (None, "", [])}
        return {key: "HIDDEN_DUE_TO_SECURITY_REASONS" if key == "clientSecret" else inner for key, inner in recorded.items()}
    if isinstance(value, list):
        return [as_recorded(inner) for inner in value]
    return value


def outcome(response):
    """What the record tells of the answer: the resulting client, or the error."""
    status, _, body = response
    told = json.loads(body) if body else {}
    if status >= 400:
        code = re.sub(r".*#", "", told.get("__type", "InternalError"))
        return {"errorCode": code, "errorMessage": told.get("message"), "responseElements": None}
    return {"responseElements": as_recorded(told) or None}


def record_and_emit(**call):
    stock_record(**call)
    try:
        emit(call)
    except Exception:
        # The caller swallows whatever is raised here; the test would only see that nothing comes.
        logging.getLogger("starter").exception("%s made no event", call["event_name"])
        raise


def emit(call):
    entry = cloudtrail._get_event_queue()[-1]
    response = last_answer.get()
    last_answer.set(None)
    logs = any(trail.get("IsLogging") for _, _, trail in cloudtrail._visible_trail_items())
    if call["service"] != "cognito-idp" or entry["ReadOnly"] == "true" or response is None or not logs:
        return
    record = json.loads(entry["CloudTrailEvent"])
    record.update(
        eventVersion="1.11",
        requestParameters=as_recorded(call["request_params"]),
        readOnly=False,
        managementEvent=True,
        eventCategory="Management",
        **outcome(response),
    )
    detail = {
        "Source": "aws.cognito-idp",
        "DetailType": "AWS API Call via CloudTrail",
        "Detail": json.dumps(record),
        "EventBusName": "default",
    }
    sent = answer(eventbridge._put_events({"Entries": [detail]}, allow_aws_source=True))
    if sent["FailedEntryCount"]:
        raise RuntimeError(f"the default bus of {get_account_id()} in {get_region()} refused {record['eventName']}")


cognito._dispatch_idp = dispatch_and_remember
cloudtrail.record_event = record_and_emit

if __name__ == "__main__":
    main()
