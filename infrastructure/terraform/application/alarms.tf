# CloudWatch's recommended alarms for what is here, and three of our own metrics. Rates are averages of 5XXError and 4XXError.
# There is none for provisioned capacity: the table is on demand.
locals {
  api      = { ApiName = local.function_name, Stage = local.colour }
  function = { FunctionName = local.function_name }
  table    = { TableName = var.table_name }
  visits   = { Stage = local.colour, Route = "/counter" }

  alarms = merge(
    {
      api-5xx = {
        about     = "More than one request in twenty fails."
        namespace = "AWS/ApiGateway", metric = "5XXError", dimensions = local.api
        statistic = "Average", compare = "GreaterThanThreshold", threshold = 0.05, minutes = 3
      }
      api-4xx = {
        about     = "More than one request in twenty is refused: a wrong address in a page, or abuse."
        namespace = "AWS/ApiGateway", metric = "4XXError", dimensions = local.api
        statistic = "Average", compare = "GreaterThanThreshold", threshold = 0.05, minutes = 5
      }
      api-latency = {
        about     = "One answer in ten takes 1 s or longer."
        namespace = "AWS/ApiGateway", metric = "Latency", dimensions = local.api
        statistic = "p90", compare = "GreaterThanOrEqualToThreshold", threshold = 1000, minutes = 5
      }
      api-integration-latency = {
        about     = "One invocation in ten takes 800 ms or longer."
        namespace = "AWS/ApiGateway", metric = "IntegrationLatency", dimensions = local.api
        statistic = "p90", compare = "GreaterThanOrEqualToThreshold", threshold = 800, minutes = 5
      }
      function-errors = {
        about     = "Invocations end without an answer."
        namespace = "AWS/Lambda", metric = "Errors", dimensions = local.function
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 0, minutes = 3
      }
      function-throttles = {
        about     = "More visits at once than reserved_concurrency."
        namespace = "AWS/Lambda", metric = "Throttles", dimensions = local.function
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 0, minutes = 5
      }
      function-duration = {
        about     = "One invocation in ten needs more than 80 % of its time."
        namespace = "AWS/Lambda", metric = "Duration", dimensions = local.function
        statistic = "p90", compare = "GreaterThanThreshold", threshold = var.timeout_seconds * 800, minutes = 15
      }
      function-concurrency = {
        about     = "More than 90 % of reserved_concurrency is in use."
        namespace = "AWS/Lambda", metric = "ConcurrentExecutions", dimensions = local.function
        statistic = "Maximum", compare = "GreaterThanThreshold", threshold = var.reserved_concurrency * 0.9, minutes = 10
      }
      handler-errors = {
        about     = "The function answers 500 or 503. Lambda's own Errors knows nothing of these."
        namespace = "VisitorCounter", metric = "HandlerErrors", dimensions = local.visits
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 0, minutes = 3
      }
      ambiguous-writes = {
        about     = "Visits of which nobody knows whether they were counted."
        namespace = "VisitorCounter", metric = "AmbiguousWrites", dimensions = local.visits
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 0, minutes = 1
      }
      store-retries = {
        about     = "Writes are sent again and again: throttling, or a table in trouble."
        namespace = "VisitorCounter", metric = "StoreRetries", dimensions = local.visits
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 10, minutes = 5
      }
      table-read-throttles = {
        about     = "DynamoDB refuses reads."
        namespace = "AWS/DynamoDB", metric = "ReadThrottleEvents", dimensions = local.table
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 0, minutes = 5
      }
      table-write-throttles = {
        about     = "DynamoDB refuses writes: one item takes 1,000 a second."
        namespace = "AWS/DynamoDB", metric = "WriteThrottleEvents", dimensions = local.table
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 0, minutes = 5
      }
      table-user-errors = {
        about     = "DynamoDB calls our requests wrong, in the whole account and region."
        namespace = "AWS/DynamoDB", metric = "UserErrors", dimensions = {}
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 10, minutes = 5
      }
    },
    {
      for operation in ["GetItem", "UpdateItem"] : "table-system-errors-${lower(operation)}" => {
        about     = "DynamoDB itself fails."
        namespace = "AWS/DynamoDB", metric = "SystemErrors", dimensions = merge(local.table, { Operation = operation })
        statistic = "Sum", compare = "GreaterThanThreshold", threshold = 0, minutes = 15
      }
    },
    {
      for operation in ["GetItem", "UpdateItem"] : "table-latency-${lower(operation)}" => {
        about     = "DynamoDB is slow."
        namespace = "AWS/DynamoDB", metric = "SuccessfulRequestLatency", dimensions = merge(local.table, { Operation = operation })
        statistic = "Average", compare = "GreaterThanThreshold", threshold = 100, minutes = 10
      }
    },
    {
      for name in ["api-count"] : name => {
        about     = "Fewer requests than usual: is the page still there, does the domain lead here?"
        namespace = "AWS/ApiGateway", metric = "Count", dimensions = local.api
        statistic = "SampleCount", compare = "LessThanThreshold", threshold = var.visits_per_minute_min, minutes = 10
      } if var.visits_per_minute_min > 0
    },
  )
}

resource "aws_sns_topic" "alarms" {
  name = "${local.function_name}-alarms"
}

resource "aws_sns_topic_subscription" "alarms" {
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alert_email
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each            = local.alarms
  alarm_name          = "${local.function_name}-${each.key}"
  alarm_description   = each.value.about
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.compare
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.minutes
  datapoints_to_alarm = each.value.minutes
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  # No visitors is not a fault, unless visitors were expected.
  treat_missing_data = each.key == "api-count" ? "breaching" : "notBreaching"
}
