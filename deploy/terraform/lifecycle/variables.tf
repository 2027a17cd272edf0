variable "package" {
  type        = string
  description = "Zip file with rollcall, built with its feature lambda, bootstrap and config.toml"
}

variable "policy" {
  type        = string
  description = "File with what rollcall --config config.toml policy --for lifecycle prints"
}

variable "table_name" {
  type        = string
  description = "The table of desired users: lifecycle.table of config.toml"
  default     = "rollcall-people"
}

variable "vpc_id" {
  type        = string
  description = "VPC of the state directory, which outlives the function in EFS"
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets of it, from which IAM, STS, SSM and DynamoDB can be reached"
}

variable "schedule" {
  type        = string
  description = "When everybody is looked at, whether the table has changed or not"
  default     = "rate(1 hour)"
}
