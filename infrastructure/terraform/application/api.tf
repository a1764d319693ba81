locals {
  definition = jsondecode(templatefile("${path.module}/../../../api/openapi.json", {
    api_name            = local.function_name
    function_invoke_arn = aws_lambda_alias.live.invoke_arn
  }))

  # With keys, GET needs one; a preflight cannot send one.
  key_needed = var.api_key_required ? [{ api_key = [] }] : []
  body = jsonencode(merge(local.definition, {
    paths = {
      for path, operations in local.definition.paths : path => {
        for method, operation in operations : method => merge({ security = local.key_needed }, operation)
      }
    }
  }))
}

# The stage's own address stays open for previews: with production_domain it cannot reach the real count.
resource "aws_api_gateway_rest_api" "api" {
  name        = local.function_name
  description = "Counts visits, ${local.colour}"
  body        = local.body

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_deployment" "api" {
  rest_api_id = aws_api_gateway_rest_api.api.id
  description = "Made anew when the definition's content changes"
  triggers    = { definition = sha256(local.body) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${local.function_name}/access"
  retention_in_days = var.log_retention_days
}

resource "aws_api_gateway_stage" "colour" {
  rest_api_id          = aws_api_gateway_rest_api.api.id
  deployment_id        = aws_api_gateway_deployment.api.id
  stage_name           = local.colour
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      requestId          = "$context.requestId"
      time               = "$context.requestTimeEpoch"
      domain             = "$context.domainName"
      method             = "$context.httpMethod"
      path               = "$context.path"
      status             = "$context.status"
      errorType          = "$context.error.responseType"
      integrationStatus  = "$context.integration.status"
      integrationLatency = "$context.integration.latency"
      latency            = "$context.responseLatency"
      bytes              = "$context.responseLength"
      traceId            = "$context.xrayTraceId"
    })
  }
}

# API Gateway would make it by itself, and keep it for ever.
resource "aws_cloudwatch_log_group" "execution" {
  name              = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.api.id}/${local.colour}"
  retention_in_days = var.log_retention_days
}

resource "aws_api_gateway_method_settings" "all" {
  depends_on = [aws_cloudwatch_log_group.execution]

  rest_api_id = aws_api_gateway_rest_api.api.id
  stage_name  = aws_api_gateway_stage.colour.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
    throttling_rate_limit  = var.rate_per_second
    throttling_burst_limit = var.burst
  }
}

# --- keys --------------------------------------------------------------------------------------------------------

resource "aws_api_gateway_usage_plan" "keys" {
  name        = local.function_name
  description = "What one API key may ask"

  api_stages {
    api_id = aws_api_gateway_rest_api.api.id
    stage  = aws_api_gateway_stage.colour.stage_name
  }

  throttle_settings {
    rate_limit  = var.rate_per_second
    burst_limit = var.burst
  }

  quota_settings {
    limit  = var.quota_per_day
    period = "DAY"
  }
}

resource "aws_api_gateway_api_key" "caller" {
  for_each = var.api_keys
  name     = "${local.function_name} ${each.key}"
}

resource "aws_api_gateway_usage_plan_key" "caller" {
  for_each      = aws_api_gateway_api_key.caller
  key_id        = each.value.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.keys.id
}

# Where scripts/switch-environment.sh finds this colour.
resource "aws_ssm_parameter" "api_id" {
  name        = "/${var.name_prefix}/${local.colour}/visitor-counter/api-id"
  description = "The id of the REST API"
  type        = "String"
  value       = aws_api_gateway_rest_api.api.id
}
