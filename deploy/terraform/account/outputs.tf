output "role_arn" {
  description = "role_arn of rollcall's config.toml"
  value       = aws_iam_role.rollcall.arn
}
