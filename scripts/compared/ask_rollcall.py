# Asks rollcall, whose binary is the first word, with `explain`: the tier as a word of the others. Each
# case is saved with what the labels take for known, its credential report and service control policies.
import csv, json, subprocess, sys, tempfile
from pathlib import Path

from account import ACCOUNT, CREATED
from answers import answer_each

WORDS = {"admin": "admin", "admin_with_mfa": "admin", "can_escalate": "escalates", "user": "nothing", "capped": "nothing"}
KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = ["user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
           "password_next_rotation", "mfa_active", *(f"access_key_{slot}_{it}" for slot in (1, 2) for it in KEY),
           *(f"cert_{slot}_{it}" for slot in (1, 2) for it in KEY[:2])]

def report_row(user, known):
    row = {column: "false" if column.endswith("active") else "N/A" for column in COLUMNS}
    row |= {"user": user["UserName"], "arn": user["Arn"], "user_creation_time": CREATED,
            "password_enabled": str(known["password"]).lower(), "mfa_active": str(known["mfa"]).lower()}
    for slot in range(1, known["keys"] + 1):
        row |= {f"access_key_{slot}_active": "true", f"access_key_{slot}_last_rotated": CREATED}
    return row

def save(case, folder):
    (folder / "details.json").write_text(json.dumps(case["details"]))
    if case["credentials"]:
        with open(folder / "report.csv", "w", newline="") as file:
            report = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            report.writeheader()
            users = [it for it in case["details"]["UserDetailList"] if it["UserName"] in case["credentials"]]
            report.writerows(report_row(it, case["credentials"][it["UserName"]]) for it in users)
    if case["scps"]:
        targets = [f"level-{index}" for index in range(len(case["scps"]) - 1)] + [ACCOUNT]
        levels = [{"TargetId": target, "Policies": [{"Name": "scp", "Content": json.dumps(it)} for it in level]}
                  for target, level in zip(targets, case["scps"])]
        (folder / "levels.json").write_text(json.dumps({"ServiceControlPolicies": levels}))

def ask(case):
    with tempfile.TemporaryDirectory() as folder:
        save(case, Path(folder))
        command = [sys.argv[1], "explain", "alice", "--output", "json", "--from", *sorted(Path(folder).iterdir())]
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        if not done.stdout:
            raise RuntimeError(done.stderr.strip())
        tier = json.loads(done.stdout)["privilege"]["tier"]
        return WORDS.get(tier, f"no answer: {tier}")

answer_each(ask)
