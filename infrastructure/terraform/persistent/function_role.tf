# What the function may do, in either colour: count, and say what it did.
data "aws_iam_policy_document" "assumed_by_lambda" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "function" {
  name               = "${var.name_prefix}-visitor-counter-function"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_lambda.json
}

data "aws_iam_policy_document" "function" {
  statement {
    sid       = "Count"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.counters.arn]
  }

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = local.log_group_arns
  }
}

resource "aws_iam_role_policy" "function" {
  name   = "count"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

# Lambda refuses active tracing to a role without these. X-Ray knows no resources, hence the star.
data "aws_iam_policy_document" "tracing" {
  statement {
    sid       = "Trace"
    actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "tracing" {
  name   = "trace"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.tracing.json
}

# --- the gateway's logs, a setting of the region -----------------------------------------------------------------

data "aws_iam_policy_document" "assumed_by_api_gateway" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "gateway_logs" {
  count              = var.create_api_gateway_account ? 1 : 0
  name               = "${var.name_prefix}-api-gateway-logs"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_api_gateway.json
}

resource "aws_iam_role_policy_attachment" "gateway_logs" {
  count      = var.create_api_gateway_account ? 1 : 0
  role       = aws_iam_role.gateway_logs[0].name
  policy_arn = "${local.arn}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "region" {
  count               = var.create_api_gateway_account ? 1 : 0
  cloudwatch_role_arn = aws_iam_role.gateway_logs[0].arn
  depends_on          = [aws_iam_role_policy_attachment.gateway_logs]
}
