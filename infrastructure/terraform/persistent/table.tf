# Both colours share the table, and a release must never be able to lose it.
resource "aws_dynamodb_table" "counters" {
  name                        = var.table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "counter_id"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "counter_id"
    type = "S"
  }

  # Only records that ask for it have the attribute: previews, and counters with COUNTER_TTL_DAYS.
  ttl {
    attribute_name = "ItemExpireTTL"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}
