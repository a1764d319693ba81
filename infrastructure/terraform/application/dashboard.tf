locals {
  colours = ["blue", "green"]

  # Visitors are one line whichever colour answered them. Previews are not in Visits.
  visitors = concat(
    [[{ expression = "SUM(METRICS())", label = "visitors", id = "all" }]],
    [for colour in local.colours : ["VisitorCounter", "Visits", "Stage", colour, "Route", "/counter", { id = colour, visible = false }]],
  )

  latencies = ["p50", "p90", "p99"]
  api_path  = ["ApiName", local.function_name, "Stage", local.colour]

  widgets = [
    {
      title  = "Visitors an hour, 7 days"
      width  = 12, start = "-P7D", period = 3600, stat = "Sum"
      series = local.visitors
    },
    {
      title  = "Visitors a day, 30 days"
      width  = 12, start = "-P30D", period = 86400, stat = "Sum"
      series = local.visitors
    },
    {
      title = "API: requests and refusals"
      width = 8, start = "-P1D", period = 300, stat = "Sum"
      series = [
        for metric in ["Count", "4XXError", "5XXError"] : concat(["AWS/ApiGateway", metric], local.api_path, [{ label = metric }])
      ]
    },
    {
      title = "API: rates of 4xx and 5xx"
      width = 8, start = "-P1D", period = 300, stat = "Average"
      series = [
        for metric in ["4XXError", "5XXError"] : concat(["AWS/ApiGateway", metric], local.api_path, [{ label = metric }])
      ]
    },
    {
      title = "API: latency, ms"
      width = 8, start = "-P1D", period = 300, stat = "p90"
      series = [
        for pair in setproduct(["Latency", "IntegrationLatency"], local.latencies) :
        concat(["AWS/ApiGateway", pair[0]], local.api_path, [{ stat = pair[1], label = "${pair[0]} ${pair[1]}" }])
      ]
    },
    {
      title = "Lambda: invocations, errors, throttles"
      width = 8, start = "-P1D", period = 300, stat = "Sum"
      series = [
        for metric in ["Invocations", "Errors", "Throttles"] :
        ["AWS/Lambda", metric, "FunctionName", local.function_name, { label = metric }]
      ]
    },
    {
      title = "Lambda: duration p99 (ms) and concurrency"
      width = 8, start = "-P1D", period = 300, stat = "Maximum"
      series = [
        ["AWS/Lambda", "Duration", "FunctionName", local.function_name, { stat = "p99", label = "duration p99" }],
        ["AWS/Lambda", "ConcurrentExecutions", "FunctionName", local.function_name, { label = "at once" }],
      ]
    },
    {
      title = "Function: errors, retries, ambiguous writes"
      width = 8, start = "-P1D", period = 300, stat = "Sum"
      series = [
        for metric in ["HandlerErrors", "StoreRetries", "AmbiguousWrites"] :
        ["VisitorCounter", metric, "Stage", local.colour, "Route", "/counter", { label = metric }]
      ]
    },
    {
      title = "DynamoDB: latency, ms"
      width = 8, start = "-P1D", period = 300, stat = "Average"
      series = [
        for operation in ["GetItem", "UpdateItem"] :
        ["AWS/DynamoDB", "SuccessfulRequestLatency", "TableName", var.table_name, "Operation", operation, { label = operation }]
      ]
    },
    {
      title = "DynamoDB: throttles, conditions that failed"
      width = 8, start = "-P1D", period = 300, stat = "Sum"
      series = [
        for metric in ["ReadThrottleEvents", "WriteThrottleEvents", "ConditionalCheckFailedRequests"] :
        ["AWS/DynamoDB", metric, "TableName", var.table_name, { label = metric }]
      ]
    },
    {
      title = "DynamoDB: capacity used"
      width = 8, start = "-P1D", period = 300, stat = "Sum"
      series = [
        for metric in ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"] :
        ["AWS/DynamoDB", metric, "TableName", var.table_name, { label = metric }]
      ]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "counter" {
  dashboard_name = local.function_name

  dashboard_body = jsonencode({
    widgets = [
      for widget in local.widgets : {
        type   = "metric"
        width  = widget.width
        height = 6
        properties = {
          title   = widget.title
          region  = var.region
          view    = "timeSeries"
          stat    = widget.stat
          period  = widget.period
          start   = widget.start
          end     = "P0D"
          metrics = widget.series
        }
      }
    ]
  })
}
