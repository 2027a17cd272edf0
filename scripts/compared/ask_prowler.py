# Asks Prowler of each identity policy of alice, with the functions behind its checks: check_admin_access
# (no_administrative_privileges) is `admin`, check_privilege_escalation (allows_privilege_escalation)
# `escalates`. Its check logs an error and finds nothing where a policy cannot be read; that is no answer.
import json, sys, types
from importlib.resources import files

from answers import answer_each

# All that its library of policies wants of the provider, which needs every SDK that Prowler knows.
provider = types.ModuleType("prowler.providers.aws.aws_provider")
provider.read_aws_regions_file = lambda: json.loads((files("prowler") / "providers/aws/aws_regions_by_service.json").read_text())
sys.modules[provider.__name__] = provider

from prowler.providers.aws.services.iam.lib import privilege_escalation
from prowler.providers.aws.services.iam.lib.policy import check_admin_access

def fail(message):
    raise RuntimeError(message)

privilege_escalation.logger.error = fail

def ask(case):
    if any(check_admin_access(it) for it in case["documents"]):
        return "admin"
    escalates = any(privilege_escalation.check_privilege_escalation(it) for it in case["documents"])
    return "escalates" if escalates else "nothing"

answer_each(ask)
