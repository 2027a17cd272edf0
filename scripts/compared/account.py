# From a case of tests/fixtures/verdicts to what the AWS CLI would have saved of its account. It does
# in Python what tests/verdicts/statement.rs and account.rs do, and adds what the other tools need to
# read it: ids and paths of policies, ARNs of instance profiles, the document of AdministratorAccess.
import json

ACCOUNT = "123456789012"
CREATED = "2024-01-01T00:00:00+00:00"

def arn(text):
    return f"arn:aws:iam::{ACCOUNT}:{text[1:]}" if text.startswith("@") else text

def policy_arn(name):
    return f"arn:aws:iam::aws:policy/{name[4:]}" if name.startswith("aws/") else arn(f"@policy/{name}")

def conditioned(text):
    """What is before ` if `, and the condition behind it."""
    rest, found, condition = text.partition(" if ")
    return rest, {"Condition": json.loads(condition)} if found else {}

def element(name, text):
    if text.startswith("not "):
        name, text = "Not" + name, text[4:]
    values = [arn(value.strip()) for value in text.split(",")]
    return {name: values[0] if len(values) == 1 else values}

def statement(text):
    rest, condition = conditioned(text)
    effect, _, rest = rest.partition(" ")
    actions, found, resources = rest.partition(" on ")
    return {"Effect": effect, **element("Action", actions), **element("Resource", resources if found else "*"), **condition}

def document(statements):
    if len(statements) == 1 and statements[0][0] in "{!":
        whole = statements[0]
        return json.loads(whole) if whole[0] == "{" else {"Statement": [{"Effect": whole}]}
    return {"Version": "2012-10-17", "Statement": [statement(it) for it in statements]}

def trust_statement(text):
    rest, condition = conditioned(text)
    effect, _, who = rest.partition(" ")
    principal = "Principal"
    if who.startswith("not "):
        principal, who = "NotPrincipal", who[4:]
    kind, found, name = who.partition(" ")
    action = "sts:AssumeRole"
    if kind == "Federated":
        action += "WithSAML" if "saml" in name else "WithWebIdentity"
    return {"Effect": effect, "Action": action, principal: {kind: arn(name)} if found else who, **condition}

def trust(statements):
    if len(statements) == 1 and statements[0].startswith("{"):
        return json.loads(statements[0])
    return {"Version": "2012-10-17", "Statement": [trust_statement(it) for it in statements]}

def inline(holder):
    policies = [("p", holder.get("inline")), ("q", holder.get("inline2"))]
    return [{"PolicyName": name, "PolicyDocument": document(it)} for name, it in policies if it]

def entity(kind, name, holder):
    """What users, groups and roles have in common."""
    path = holder.get("path", "/")
    attached = [{"PolicyName": it.removeprefix("aws/"), "PolicyArn": policy_arn(it)} for it in holder.get("attached", [])]
    return {
        "Path": path, f"{kind}Name": name, f"{kind}Id": {"User": "AIDA", "Group": "AGPA", "Role": "AROA"}[kind] + name.upper(),
        "Arn": arn(f"@{kind.lower()}{path}{name}"), "CreateDate": CREATED,
        f"{kind}PolicyList": inline(holder), "AttachedManagedPolicies": attached,
    }

def principal(kind, name, holder):
    found = entity(kind, name, holder)
    found["Tags"] = [{"Key": key, "Value": value} for key, value in holder.get("tags", {}).items()]
    if "boundary" in holder:
        found["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": policy_arn(holder["boundary"])}
    return found

def user(name, holder):
    return {**principal("User", name, holder), "GroupList": holder.get("groups", [])}

def role(name, holder):
    profile = {"InstanceProfileName": name, "Arn": arn(f"@instance-profile/{name}")}
    return {**principal("Role", name, holder), "AssumeRolePolicyDocument": trust(holder.get("trust", [])),
            "InstanceProfileList": [profile] if holder.get("profile") else []}

def managed(name, statements, case):
    versions = [{"VersionId": "v2", "IsDefaultVersion": True, "Document": document(statements)}]
    if name in case.get("older", {}):
        versions.append({"VersionId": "v1", "IsDefaultVersion": False, "Document": document(case["older"][name])})
    for index in range(len(versions), case.get("versions", {}).get(name, 0)):
        versions.append({"VersionId": f"v{index + 2}", "IsDefaultVersion": False,
                         "Document": document(["Allow s3:ListAllMyBuckets on *"])})
    return {"PolicyName": name.removeprefix("aws/"), "PolicyId": "ANPA" + name.upper(), "Path": "/", "Arn": policy_arn(name),
            "DefaultVersionId": "v2", "PolicyVersionList": versions}

def details(case):
    """As `aws iam get-account-authorization-details` prints it; without roles where the case has it so."""
    users = {"alice": case.get("alice", {}), **case.get("users", {})}
    policies = {**case.get("policies", {}), "aws/AdministratorAccess": ["Allow * on *"]}
    roles = {} if case.get("without_roles") else {
        "RoleDetailList": [role(*it) for it in case.get("roles", {}).items()]}
    return {"UserDetailList": [user(*it) for it in users.items()],
            "GroupDetailList": [entity("Group", *it) for it in case.get("groups", {}).items()], **roles,
            "Policies": [managed(*it, case) for it in policies.items()]}

def documents(details):
    """Every identity policy of alice: her own, the attached and those of her groups."""
    alice = details["UserDetailList"][0]
    holders = [alice] + [it for it in details["GroupDetailList"] if it["GroupName"] in alice["GroupList"]]
    defaults = {it["Arn"]: it["PolicyVersionList"][0]["Document"] for it in details["Policies"]}
    inline = [it for holder in holders for it in holder.get("UserPolicyList", []) + holder.get("GroupPolicyList", [])]
    attached = [it["PolicyArn"] for holder in holders for it in holder["AttachedManagedPolicies"]]
    return [it["PolicyDocument"] for it in inline] + [defaults[it] for it in attached if it in defaults]
