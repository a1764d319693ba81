# One colour, whichever workspace is selected, against a provider that only pretends.
mock_provider "aws" {
  mock_resource "aws_lambda_alias" {
    defaults = { invoke_arn = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/mocked:live/invocations" }
  }

  mock_resource "aws_api_gateway_rest_api" {
    defaults = { execution_arn = "arn:aws:execute-api:us-east-1:123456789012:mocked" }
  }

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:us-east-1:123456789012:log-group:mocked" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:mocked" }
  }
}

variables {
  account_id        = "123456789012"
  alert_email       = "ops@example.com"
  environment       = "production"
  allowed_origins   = ["https://www.dzresume.dev", "https://dzresume.dev"]
  function_role_arn = "arn:aws:iam::123456789012:role/mocked"
  function_zip      = "tests/function.zip"
}

run "a_colour_is_named_by_its_workspace" {
  assert {
    condition     = aws_lambda_function.counter.function_name == "resume-${terraform.workspace}-visitor-counter" && aws_api_gateway_stage.colour.stage_name == terraform.workspace
    error_message = "The colour is not the workspace."
  }

  assert {
    condition     = aws_lambda_function.counter.environment[0].variables["STAGE"] == terraform.workspace
    error_message = "The function does not know its colour."
  }

  assert {
    condition     = aws_lambda_permission.api.qualifier == "live" && endswith(aws_lambda_permission.api.source_arn, "/${terraform.workspace}/*")
    error_message = "The API may not call the alias, or others may."
  }
}

run "the_api_is_built_from_the_definition" {
  assert {
    condition     = keys(jsondecode(aws_api_gateway_rest_api.api.body).paths) == ["/counter", "/health"]
    error_message = "The paths are others."
  }

  assert {
    condition     = strcontains(aws_api_gateway_rest_api.api.body, aws_lambda_alias.live.invoke_arn) && !strcontains(aws_api_gateway_rest_api.api.body, "$${")
    error_message = "A place was not filled in."
  }

  assert {
    condition     = length(jsondecode(aws_api_gateway_rest_api.api.body).paths["/counter"].get.security) == 0
    error_message = "GET needs a key that nobody has."
  }
}

run "keys_are_for_get_alone" {
  variables {
    api_keys         = ["partner"]
    api_key_required = true
  }

  assert {
    condition = alltrue([
      for path in values(jsondecode(aws_api_gateway_rest_api.api.body).paths) :
      length(path.get.security) == 1 && length(path.options.security) == 0
    ])
    error_message = "GET needs none, or a preflight needs one."
  }

  assert {
    condition     = length(aws_api_gateway_usage_plan_key.caller) == 1
    error_message = "The key is in no plan."
  }
}

run "a_missing_zip_is_refused" {
  command = plan

  variables {
    function_zip = "tests/missing.zip"
  }

  expect_failures = [var.function_zip]
}

run "an_unknown_environment_is_refused" {
  command = plan

  variables {
    environment = "qa"
  }

  expect_failures = [var.environment]
}

run "an_origin_with_a_path_is_refused" {
  command = plan

  variables {
    allowed_origins = ["https://dzresume.dev/"]
  }

  expect_failures = [var.allowed_origins]
}

run "no_origins_are_refused" {
  command = plan

  variables {
    allowed_origins = []
  }

  expect_failures = [var.allowed_origins]
}

run "a_key_that_nobody_has_is_refused" {
  command = plan

  variables {
    api_key_required = true
  }

  expect_failures = [var.api_key_required]
}

run "a_function_slower_than_the_gateway_is_refused" {
  command = plan

  variables {
    timeout_seconds = 10
  }

  expect_failures = [var.timeout_seconds]
}

run "a_negative_time_to_live_is_refused" {
  command = plan

  variables {
    counter_ttl_days = -1
  }

  expect_failures = [var.counter_ttl_days]
}

run "a_wildcard_for_a_role_is_refused" {
  command = plan

  variables {
    function_role_arn = "*"
  }

  expect_failures = [var.function_role_arn]
}
