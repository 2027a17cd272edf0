resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/rollcall-lifecycle"
  retention_in_days = 365
}

# One at a time: what comes meanwhile waits, and is repeated.
resource "aws_lambda_function" "lifecycle" {
  function_name                  = "rollcall-lifecycle"
  role                           = aws_iam_role.function.arn
  filename                       = var.package
  source_code_hash               = filebase64sha256(var.package)
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  memory_size                    = 512
  timeout                        = 900
  reserved_concurrent_executions = 1

  environment {
    variables = {
      ROLLCALL_CONFIG = "/var/task/config.toml"
    }
  }

  file_system_config {
    arn              = aws_efs_access_point.state.arn
    local_mount_path = "/mnt/rollcall"
  }

  vpc_config {
    subnet_ids         = var.subnet_ids
    security_group_ids = [aws_security_group.function.id]
  }

  depends_on = [
    aws_cloudwatch_log_group.function,
    aws_efs_mount_target.state,
    aws_iam_role_policy.function,
    aws_iam_role_policy.lifecycle,
  ]
}

# A change of the table. rollcall's own items, such as its lease, begin no run.
resource "aws_lambda_event_source_mapping" "table" {
  function_name                      = aws_lambda_function.lifecycle.arn
  event_source_arn                   = aws_dynamodb_table.people.stream_arn
  starting_position                  = "LATEST"
  batch_size                         = 1000
  maximum_batching_window_in_seconds = 10
  maximum_retry_attempts             = 5
  maximum_record_age_in_seconds      = 3600

  filter_criteria {
    filter {
      pattern = jsonencode({
        dynamodb = { Keys = { UserName = { S = [{ anything-but = { prefix = "rollcall:" } }] } } }
      })
    }
  }
}

resource "aws_cloudwatch_event_rule" "schedule" {
  name                = "rollcall-lifecycle"
  description         = "rollcall lifecycle looks at everybody"
  schedule_expression = var.schedule
}

resource "aws_cloudwatch_event_target" "schedule" {
  rule = aws_cloudwatch_event_rule.schedule.name
  arn  = aws_lambda_function.lifecycle.arn
}

resource "aws_lambda_permission" "schedule" {
  statement_id  = "schedule"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.lifecycle.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.schedule.arn
}

# A run that did not do all of it ends as an error.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "rollcall-lifecycle"
  alarm_description   = "A run of rollcall lifecycle did not do all that was to do: see its log"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = 2
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "breaching"

  dimensions = {
    FunctionName = aws_lambda_function.lifecycle.function_name
  }
}
