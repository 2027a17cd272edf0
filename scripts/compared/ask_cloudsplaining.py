# Asks Cloudsplaining of each identity policy of alice, as its scan-policy-file does, or with the word
# `all` as its --flag-all-risky-actions does. It knows no administrators: a policy whose findings
# under ServiceWildcard are every service is read as `admin`, findings under PrivilegeEscalation as
# `escalates`. Nothing is excluded; by default it would leave out AdministratorAccess.
import sys

from answers import answer_each
from cloudsplaining.command.scan_policy_file import scan_policy
from policy_sentry.querying.all import get_all_service_prefixes

EVERY_SERVICE = set(get_all_service_prefixes())
FLAG_ALL = sys.argv[1:] == ["all"]

def ask(case):
    answer = "nothing"
    for document in case["documents"]:
        found = scan_policy(document, {}, flag_conditional_statements=FLAG_ALL, flag_resource_arn_statements=FLAG_ALL)
        if EVERY_SERVICE <= set(found["ServiceWildcard"]["findings"]):
            return "admin"
        if found["PrivilegeEscalation"]["findings"]:
            answer = "escalates"
    return answer

answer_each(ask)
