variable "rollcall_trusted_principal" {
  type        = string
  description = "ARN of the user or role that assumes the role: rollcall's credentials"
}

variable "rollcall_external_id" {
  type        = string
  description = "What must be said to assume the role: external_id of rollcall's config.toml"
}

data "aws_iam_policy_document" "rollcall" {
  statement {
    sid = "ReadUsers"

    actions = [
      "iam:ListAccountAliases",
      "iam:GetAccountSummary",
      "iam:ListUsers",
      "iam:GetAccountAuthorizationDetails",
      "iam:ListVirtualMFADevices",
      "iam:GenerateCredentialReport",
      "iam:GetCredentialReport",
      "iam:ListServiceSpecificCredentials",
      "iam:ListGroupsForUser",
      "iam:ListAttachedGroupPolicies",
      "iam:ListMFADevices",
      "iam:GetUser",
    ]

    resources = [
      "*",
    ]
  }
}

data "aws_iam_policy_document" "rollcall_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [var.rollcall_trusted_principal]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [var.rollcall_external_id]
    }
  }
}

resource "aws_iam_role" "rollcall" {
  name               = "rollcall-read"
  path               = "/"
  assume_role_policy = data.aws_iam_policy_document.rollcall_trust.json
}

resource "aws_iam_role_policy" "rollcall" {
  name   = "rollcall"
  role   = aws_iam_role.rollcall.id
  policy = data.aws_iam_policy_document.rollcall.json
}
