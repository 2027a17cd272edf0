"""As much of the AWS CLI as docs/setup-aws.md uses: `aws SERVICE OPERATION --option value ...`.

Options become parameters by the SDK's own models, so that one that AWS does not know is an error.
"""

import json
import pathlib
import sys

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse


def value(text, shape):
    """What an option's text means: JSON or a file, else a shorthand, by its shape."""
    if text.startswith("file://"):
        return pathlib.Path(text.removeprefix("file://")).read_text()
    if shape.type_name == "structure":
        pairs = (it.split("=", 1) for it in text.split(","))
        return {key: value(it, shape.members[key]) for key, it in pairs}
    if shape.type_name == "list":
        return [value(it, shape.member) for it in text.split(" ")]
    if shape.type_name == "boolean":
        return {"true": True, "false": False}[text]
    return text


def main(service, operation, *options):
    client = boto3.client(service)
    names = {xform_name(it, "-"): it for it in client.meta.service_model.operation_names}
    shape = client.meta.service_model.operation_model(names[operation]).input_shape
    options = dict(zip(options[::2], options[1::2], strict=True))
    members = {f"--{xform_name(it, '-')}": it for it in shape.members}
    given = {members[it]: value(text, shape.members[members[it]]) for it, text in options.items()}
    if service == "cloudformation":
        accepted = AWSResponse("", 200, {}, None), {"ResponseMetadata": {}}
        # moto needs packages for it that no other test does. The parameters are checked all the same.
        client.meta.events.register("before-call", lambda **_: accepted)
    answer = getattr(client, operation.replace("-", "_"))(**given)
    answer.pop("ResponseMetadata")
    print(json.dumps(answer, default=str))


main(*sys.argv[1:])
