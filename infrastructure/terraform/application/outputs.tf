output "api_id" {
  description = "For api_ids of the persistent layer."
  value       = aws_api_gateway_rest_api.api.id
}

output "stage_url" {
  description = "This colour's own address, which counts on the preview counter."
  value       = aws_api_gateway_stage.colour.invoke_url
}

output "function_name" {
  description = "For logs and direct invocations."
  value       = aws_lambda_function.counter.function_name
}

output "function_version" {
  description = "What the alias leads to."
  value       = aws_lambda_alias.live.function_version
}

output "dashboard_url" {
  description = "Visitors and the state of everything."
  value       = "https://${var.region}.console.aws.amazon.com/cloudwatch/home?region=${var.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.counter.dashboard_name}"
}

output "api_keys" {
  description = "The values of the API keys."
  value       = { for name, key in aws_api_gateway_api_key.caller : name => key.value }
  sensitive   = true
}

output "test_commands" {
  description = "To try this colour; none of it touches the real count."
  value = [
    "curl -i ${aws_api_gateway_stage.colour.invoke_url}/health",
    "curl -i ${aws_api_gateway_stage.colour.invoke_url}/counter",
    "BASE_URL=${aws_api_gateway_stage.colour.invoke_url} scripts/run-api-tests.sh ${local.colour}",
    "aws lambda invoke --function-name ${aws_lambda_function.counter.function_name}:live --cli-binary-format raw-in-base64-out --payload '{\"path\": \"/health\", \"httpMethod\": \"GET\"}' response.json",
  ]
}
