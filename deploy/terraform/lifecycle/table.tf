# Who is desired. The item that lets users be removed, rollcall:sentinel, is put by a person.
resource "aws_dynamodb_table" "people" {
  name                        = var.table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "UserName"
  stream_enabled              = true
  stream_view_type            = "KEYS_ONLY"
  deletion_protection_enabled = true

  attribute {
    name = "UserName"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}
