# Asks PMapper of alice. It reads the details itself, from a stand-in for the IAM client; is_admin is
# `admin`, can_privesc of its graph `escalates`. Services are asked offline, as it provides for: each
# role may have one function, stack, project and launch configuration, as the labels assume. Whether
# a user without known credentials has a password is asked both ways, as the labels take it.
import collections, collections.abc

# PMapper 1.1.5 imports these from where they were before Python 3.10.
for name in ("Mapping", "MutableMapping"):
    setattr(collections, name, getattr(collections.abc, name))

from answers import answer_each
from principalmapper import __version__
from principalmapper.common import Graph
from principalmapper.graphing import (autoscaling_edges, cloudformation_edges, codebuild_edges, ec2_edges, gathering,
                                      iam_edges, lambda_edges, sagemaker_edges, ssm_edges, sts_edges)
from principalmapper.querying.presets.privesc import can_privesc

ARN = "arn:aws:%s:us-east-1:123456789012:%s/one"

class Iam:
    """What PMapper calls of IAM, answered from the details and the credentials."""

    def __init__(self, case, has_password):
        self.details, self.credentials, self.has_password = case["details"], case["credentials"], has_password

    def get_paginator(self, operation):
        pages = {"get_account_authorization_details": [self.details],
                 "list_virtual_mfa_devices": [{"VirtualMFADevices": []}]}[operation]
        return type("Pages", (), {"paginate": lambda self, **_: pages})()

    def list_access_keys(self, UserName):
        known = self.credentials.get(UserName)
        return {"AccessKeyMetadata": [{}] * (known["keys"] if known else 1)}

    def get_login_profile(self, UserName):
        known = self.credentials.get(UserName)
        return {"LoginProfile": {}} if (known["password"] if known else self.has_password) else {}

    def list_mfa_devices(self, UserName):
        known = self.credentials.get(UserName)
        return {"MFADevices": [{}] if known and known["mfa"] else []}

def edges(nodes, scps):
    roles = [node for node in nodes if ":role/" in node.arn]
    functions = [{"FunctionArn": ARN % ("lambda", "function"), "Role": it.arn} for it in roles]
    stacks = [{"StackId": ARN % ("cloudformation", "stack"), "RoleARN": it.arn} for it in roles]
    projects = [{"project_arn": ARN % ("codebuild", "project"), "project_role": it.arn, "project_tags": []} for it in roles]
    launches = [{"lc_arn": ARN % ("autoscaling", "launchConfiguration"), "lc_iip": profile}
                for it in roles for profile in it.instance_profile]
    found = lambda_edges.generate_edges_locally(nodes, functions, scps)
    found += cloudformation_edges.generate_edges_locally(nodes, stacks, scps)
    found += codebuild_edges.generate_edges_locally(nodes, scps, projects)
    found += autoscaling_edges.generate_edges_locally(nodes, scps, launches)
    for service in (ec2_edges, iam_edges, sagemaker_edges, ssm_edges, sts_edges):
        found += service.generate_edges_locally(nodes, scps)
    return found

def ask(case, has_password):
    read = gathering.get_nodes_groups_and_policies(Iam(case, has_password))
    nodes, scps = read["nodes"], case["scps"]
    gathering.update_admin_status(nodes, scps)
    metadata = {"account_id": "123456789012", "pmapper_version": __version__}
    graph = Graph(nodes, edges(nodes, scps), read["policies"], read["groups"], metadata)
    alice = next(node for node in nodes if node.id_value == "AIDAALICE")
    if alice.is_admin:
        return "admin"
    return "escalates" if can_privesc(graph, alice)[0] else "nothing"

def either(case):
    answers = [ask(case, has_password) for has_password in (True, False)]
    return min(answers, key=["admin", "escalates", "nothing"].index)

answer_each(either)
