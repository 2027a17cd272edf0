"""Makes moto refuse what AWS refuses, and keep what AWS keeps.

moto deletes users that still have keys, a password, devices, groups, certificates or SSH keys,
forgets permissions boundaries, has no service-specific credentials, lets names differ in case
alone, and takes any parameter name. The rules here are those of the IAM and SSM API references.
"""

import datetime
import re
import secrets

from moto.core.responses import ActionResult, EmptyResult
from moto.iam.exceptions import DeleteConflictException, EntityAlreadyExists, NoSuchEntity
from moto.iam.models import IAMBackend, User
from moto.iam.responses import IamResponse
from moto.ssm.exceptions import ValidationException
from moto.ssm.models import SimpleSystemManagerBackend

PARAMETER_NAME = re.compile(r"/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,14}")


def install():
    """Patches moto's IAM and SSM, for this process."""
    _users()
    _boundaries()
    _service_credentials()
    _keys()
    _parameters()


def _users():
    create, delete = IAMBackend.create_user, IAMBackend.delete_user
    delete_device = IAMBackend.delete_virtual_mfa_device

    def create_user(self, region_name, user_name, path="/", tags=None):
        twins = [it for it in self.users if it.lower() == user_name.lower()]
        if twins:
            raise EntityAlreadyExists(f"User with name {twins[0]} already exists.")
        return create(self, region_name, user_name, path, tags)

    def delete_user(self, user_name):
        user = self.get_user(user_name)
        conflicts = {
            "access keys": user.access_keys,
            "login profile": user.password,
            "MFA devices": user.mfa_devices,
            "SSH public keys": user.ssh_public_keys,
            "signing certificates": user.signing_certificates,
            "service-specific credentials": getattr(user, "service_credentials", {}),
            "groups": user.group_list,
            "attached policies": user.managed_policies,
            "inline policies": user.policies,
        }
        left = [what for what, found in conflicts.items() if found]
        if left:
            raise DeleteConflictException(f"Cannot delete entity, must delete {left[0]} first.")
        delete(self, user_name)

    def delete_virtual_mfa_device(self, serial_number):
        if any(serial_number in user.mfa_devices for user in self.users.values()):
            raise DeleteConflictException("Cannot delete entity, must deactivate it first.")
        delete_device(self, serial_number)

    tag = IAMBackend.tag_user

    def tag_user(self, name, tags):
        """A tag that nobody has, `test:aged`, makes a user so many days old instead."""
        for aged in [it for it in tags if it["Key"] == "test:aged"]:
            user = self.get_user(name)
            user.create_date -= datetime.timedelta(days=int(aged["Value"]))
        tag(self, name, [it for it in tags if it["Key"] != "test:aged"])

    IAMBackend.tag_user = tag_user
    IAMBackend.create_user = create_user
    IAMBackend.delete_user = delete_user
    IAMBackend.delete_virtual_mfa_device = delete_virtual_mfa_device


def _boundaries():
    create = IamResponse.create_user

    def create_user(self):
        answer = create(self)
        boundary = self._get_param("PermissionsBoundary")
        if boundary:
            user = self.backend.get_user(self._get_param("UserName"))
            user.permissions_boundary = {
                "PermissionsBoundaryType": "Policy",
                "PermissionsBoundaryArn": boundary,
            }
        return answer

    IamResponse.create_user = create_user
    User.permissions_boundary = None


def _service_credentials():
    def described(self):
        user = self.backend.get_user(self._get_param("UserName"))
        if not hasattr(user, "service_credentials"):
            user.service_credentials = {}
        return user, user.service_credentials

    def create_service_specific_credential(self):
        user, held = described(self)
        credential = {
            "CreateDate": datetime.datetime.now(datetime.timezone.utc),
            "ServiceName": self._get_param("ServiceName"),
            "ServiceUserName": f"{user.name}-at-{self.current_account}",
            "ServicePassword": secrets.token_hex(16),
            "ServiceSpecificCredentialId": "ACCA" + secrets.token_hex(8).upper(),
            "UserName": user.name,
            "Status": "Active",
        }
        held[credential["ServiceSpecificCredentialId"]] = credential
        return ActionResult({"ServiceSpecificCredential": credential})

    def list_service_specific_credentials(self):
        if self._get_param("UserName"):
            _, held = described(self)
        else:
            held = {}
            for user in self.backend.users.values():
                held.update(getattr(user, "service_credentials", {}))
        return ActionResult({"ServiceSpecificCredentials": list(held.values())})

    def delete_service_specific_credential(self):
        _, held = described(self)
        if held.pop(self._get_param("ServiceSpecificCredentialId"), None) is None:
            raise NoSuchEntity("No such credential exists.")
        return EmptyResult()

    IamResponse.create_service_specific_credential = create_service_specific_credential
    IamResponse.list_service_specific_credentials = list_service_specific_credentials
    IamResponse.delete_service_specific_credential = delete_service_specific_credential


def _keys():
    update = IamResponse.update_access_key

    def update_access_key(self):
        """A status that AWS has not, `Aged31`, makes a key so many days old."""
        aged = re.fullmatch(r"Aged(\d+)", self._get_param("Status"))
        if not aged:
            return update(self)
        user = self.backend.get_user(self._get_param("UserName"))
        key = user.get_access_key_by_id(self._get_param("AccessKeyId"))
        key.create_date -= datetime.timedelta(days=int(aged[1]))
        return EmptyResult()

    IamResponse.update_access_key = update_access_key


def _parameters():
    put = SimpleSystemManagerBackend.put_parameter

    def put_parameter(self, name, description, value, *others, **named):
        if not PARAMETER_NAME.fullmatch(name):
            raise ValidationException("Parameter name must be a fully qualified name.")
        if "{{" in (value or ""):
            raise ValidationException("Parameter value can't nest another parameter.")
        return put(self, name, description, value, *others, **named)

    SimpleSystemManagerBackend.put_parameter = put_parameter
