# From the management account, or a delegated administrator of CloudFormation's stack sets.
variable "rollcall_trusted_principal" {
  type        = string
  description = "ARN of the user or role that assumes the role: rollcall's credentials"
}

variable "rollcall_external_id" {
  type        = string
  description = "What must be said to assume the role: external_id of rollcall's config.toml"
}

variable "organizational_units" {
  type        = list(string)
  description = "Ids of the units whose accounts get the role; the root (r-...) means all"
}

resource "aws_cloudformation_stack_set" "rollcall" {
  name             = "rollcall-read"
  description      = "The role with which rollcall reads IAM users"
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/member.json")

  parameters = {
    TrustedPrincipal = var.rollcall_trusted_principal
    ExternalId       = var.rollcall_external_id
  }

  # Accounts that come later get it as well.
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  lifecycle {
    ignore_changes = [administration_role_arn]
  }
}

# In one region: IAM is global.
resource "aws_cloudformation_stack_set_instance" "rollcall" {
  stack_set_name = aws_cloudformation_stack_set.rollcall.name

  deployment_targets {
    organizational_unit_ids = var.organizational_units
  }
}
