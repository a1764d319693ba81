locals {
  colour        = terraform.workspace
  function_name = "${var.name_prefix}-${local.colour}-visitor-counter"
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${local.function_name}"
  retention_in_days = var.log_retention_days
}

resource "aws_lambda_function" "counter" {
  function_name                  = local.function_name
  description                    = "Counts visits"
  role                           = var.function_role_arn
  filename                       = var.function_zip
  source_code_hash               = filebase64sha256(var.function_zip)
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.architecture]
  memory_size                    = var.memory_mb
  timeout                        = var.timeout_seconds
  reserved_concurrent_executions = var.reserved_concurrency
  publish                        = true

  environment {
    variables = {
      TABLE_NAME        = var.table_name
      STAGE             = local.colour
      ALLOWED_ORIGINS   = join(",", var.allowed_origins)
      COUNTER_ID        = var.counter_id
      COUNTER_TTL_DAYS  = tostring(var.counter_ttl_days)
      PRODUCTION_DOMAIN = var.production_domain
      LOG_LEVEL         = var.log_level
    }
  }

  # The platform drops lines below its level, and a line of metrics has none, which it takes for INFO: above that the metrics
  # would be lost. The function itself keeps to LOG_LEVEL.
  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.function.name
    application_log_level = var.log_level == "debug" ? "DEBUG" : "INFO"
    system_log_level      = "INFO"
  }

  tracing_config {
    mode = "Active"
  }

  lifecycle {
    precondition {
      condition     = contains(["blue", "green"], terraform.workspace)
      error_message = "Select the workspace blue or green: terraform workspace select blue"
    }
  }
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What the API calls"
  function_name    = aws_lambda_function.counter.function_name
  function_version = aws_lambda_function.counter.version
}

# On the alias, which is what the API calls; one on the function would not do.
resource "aws_lambda_permission" "api" {
  statement_id  = "api"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.counter.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.api.execution_arn}/${local.colour}/*"
}
