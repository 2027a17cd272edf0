# A connector of AWS users as Sekoia's public SDK makes one:
#     sekoia_sdk.py COMMAND, in a directory with `symphony` and `storage`, which the platform would mount
# Everything but reading the users is the SDK's: what is asked of the platform, and how assets are sent.
import json, time
from pathlib import Path

import boto3
from sekoia_automation import constants
from sekoia_automation.account_validator import AccountValidator
from sekoia_automation.asset_connector import AssetConnector
from sekoia_automation.configuration.filesystem import FileSystemConfiguration
from sekoia_automation.module import Module
from sekoia_automation_models.connector import UserOCSFModel

FileSystemConfiguration.VOLUME_PATH = str(Path("symphony").resolve())
# The manifest says which values of the module are secrets. The SDK asks for them if there are any.
Path("manifest.json").write_text(json.dumps({"name": "AWS", "configuration": {
    "properties": {"aws_access_key": {}, "aws_secret_access_key": {}, "aws_region_name": {}},
    "required": ["aws_access_key", "aws_region_name"], "secrets": ["aws_secret_access_key"]}}))

def users(module):
    values = module.configuration
    client = boto3.client("iam", aws_access_key_id=values["aws_access_key"],
                          aws_secret_access_key=values["aws_secret_access_key"],
                          region_name=values["aws_region_name"])
    return client.list_users()["Users"]

class Users(AssetConnector):
    def update_checkpoint(self): pass
    def reset_checkpoint(self): pass
    def get_mapped_fields(self): return {}

    def get_assets(self):
        if self._stop_event.is_set() or getattr(self, "is_done", False):
            return
        for user in users(self.module):
            yield UserOCSFModel.model_validate({
                "activity_id": 2, "activity_name": "Collect", "category_name": "Discovery",
                "category_uid": 5, "class_name": "User Inventory Info", "class_uid": 5003,
                "type_name": "User Inventory Info: Collect", "type_uid": 500302,
                "severity": "Informational", "severity_id": 1, "time": time.time(),
                "metadata": {"product": {"name": "AWS IAM", "vendor_name": "AWS"}, "version": "1.6.0"},
                "user": {"name": user["UserName"], "uid": user["Arn"]}})
        self.is_done = True

class Validator(AccountValidator):
    def validate(self):
        try:
            return bool(users(self.module)) or True
        except Exception as error:
            self.error(str(error))
            return False

module = Module()
module.register(Users, "aws_users_asset_connector")
module.register_account_validator(Validator)
module.run()
