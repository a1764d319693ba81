locals {
  colours = ["blue", "green"]
  arn     = "arn:${data.aws_partition.current.partition}"

  function_names = { for colour in local.colours : colour => "${var.name_prefix}-${colour}-visitor-counter" }
  function_arns  = { for colour, name in local.function_names : colour => "${local.arn}:lambda:${var.region}:${var.account_id}:function:${name}" }
  log_group_arns = [for name in local.function_names : "${local.arn}:logs:${var.region}:${var.account_id}:log-group:/aws/lambda/${name}:*"]
  api_arns       = [for id in values(var.api_ids) : "${local.arn}:apigateway:${var.region}::/restapis/${id}"]
  mapping_arns   = "${local.arn}:apigateway:${var.region}::/domainnames/${var.domain_name}/basepathmappings"

  # Where the application layer leaves the ids of its APIs.
  parameter_arns = [for colour in local.colours : "${local.arn}:ssm:${var.region}:${var.account_id}:parameter/${var.name_prefix}/${colour}/visitor-counter/api-id"]

  state_bucket = var.state_bucket_name != "" ? var.state_bucket_name : "visitor-counter-state-${var.account_id}"
}

data "aws_partition" "current" {}
