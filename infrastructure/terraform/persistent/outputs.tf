output "table_name" {
  description = "For the application layer."
  value       = aws_dynamodb_table.counters.name
}

output "function_role_arn" {
  description = "For the application layer."
  value       = aws_iam_role.function.arn
}

output "state_bucket" {
  description = "For terraform init -backend-config=bucket=…"
  value       = aws_s3_bucket.state.bucket
}

output "github_role_arns" {
  description = "For the repository's variables AWS_PLAN_ROLE, AWS_STAGING_ROLE and AWS_PRODUCTION_ROLE."
  value       = { for name, role in aws_iam_role.github : name => role.arn }
}

output "domain_target" {
  description = "What a CNAME of the domain must name, where no zone is managed here."
  value       = aws_api_gateway_domain_name.api.regional_domain_name
}

output "url" {
  description = "The public address."
  value       = "https://${var.domain_name}"
}

output "test_commands" {
  description = "To try after a switch."
  value = [
    "curl -i https://${var.domain_name}/health",
    "curl -i https://${var.domain_name}/counter",
    "scripts/verify-health.sh https://${var.domain_name}",
  ]
}
