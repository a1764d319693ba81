# The domain, its certificate, and the one switch between the colours: the mapping.
locals {
  has_zone        = var.hosted_zone_id != ""
  certificate_arn = local.has_zone ? aws_acm_certificate_validation.api[0].certificate_arn : var.certificate_arn
}

resource "aws_acm_certificate" "api" {
  count             = local.has_zone ? 1 : 0
  domain_name       = var.domain_name
  validation_method = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # One name, one option.
  validation = one(flatten([for certificate in aws_acm_certificate.api : tolist(certificate.domain_validation_options)[0]]))
}

resource "aws_route53_record" "validation" {
  count           = local.has_zone ? 1 : 0
  zone_id         = var.hosted_zone_id
  name            = local.validation.resource_record_name
  type            = local.validation.resource_record_type
  records         = [local.validation.resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "api" {
  count                   = local.has_zone ? 1 : 0
  certificate_arn         = aws_acm_certificate.api[0].arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_api_gateway_domain_name" "api" {
  domain_name              = var.domain_name
  regional_certificate_arn = local.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_route53_record" "api" {
  count   = local.has_zone ? 1 : 0
  zone_id = var.hosted_zone_id
  name    = var.domain_name
  type    = "A"

  alias {
    name                   = aws_api_gateway_domain_name.api.regional_domain_name
    zone_id                = aws_api_gateway_domain_name.api.regional_zone_id
    evaluate_target_health = false
  }
}

resource "aws_api_gateway_base_path_mapping" "active" {
  count       = var.active_environment == "" ? 0 : 1
  domain_name = aws_api_gateway_domain_name.api.domain_name
  api_id      = lookup(var.api_ids, var.active_environment, "")
  stage_name  = var.active_environment

  lifecycle {
    precondition {
      condition     = contains(keys(var.api_ids), var.active_environment)
      error_message = "api_ids has no ${var.active_environment}: apply the application layer in that workspace first."
    }
  }
}

# --- the certificate's end ---------------------------------------------------------------------------------------

resource "aws_sns_topic" "alerts" {
  name = "visitor-counter-certificate"
}

resource "aws_sns_topic_subscription" "alerts" {
  topic_arn = aws_sns_topic.alerts.arn
  protocol  = "email"
  endpoint  = var.alert_email
}

resource "aws_cloudwatch_metric_alarm" "certificate" {
  alarm_name          = "visitor-counter-certificate-ends"
  alarm_description   = "The certificate of ${var.domain_name} was not renewed: see its validation in ACM."
  namespace           = "AWS/CertificateManager"
  metric_name         = "DaysToExpiry"
  dimensions          = { CertificateArn = local.certificate_arn }
  statistic           = "Minimum"
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = 44
  period              = 86400
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alerts.arn]
  ok_actions          = [aws_sns_topic.alerts.arn]
}
