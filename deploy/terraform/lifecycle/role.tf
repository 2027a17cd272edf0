data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name               = "rollcall-lifecycle"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

# What rollcall does, as it prints it.
resource "aws_iam_role_policy" "lifecycle" {
  name   = "lifecycle"
  role   = aws_iam_role.function.id
  policy = file(var.policy)
}

# What Lambda does for it: the stream, the state directory and the log.
data "aws_iam_policy_document" "function" {
  # It is the only one of the stream's actions without a resource.
  statement {
    sid       = "FindStream"
    actions   = ["dynamodb:ListStreams"]
    resources = ["*"]
  }

  statement {
    sid = "KeepState"

    actions = [
      "elasticfilesystem:ClientMount",
      "elasticfilesystem:ClientWrite",
    ]

    resources = [aws_efs_file_system.state.arn]

    condition {
      test     = "StringEquals"
      variable = "elasticfilesystem:AccessPointArn"
      values   = [aws_efs_access_point.state.arn]
    }
  }

  statement {
    sid = "Log"

    actions = [
      "logs:CreateLogStream",
      "logs:PutLogEvents",
    ]

    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }

  # These have no resource of their own either.
  statement {
    sid = "JoinSubnets"

    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:AssignPrivateIpAddresses",
      "ec2:UnassignPrivateIpAddresses",
    ]

    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}
