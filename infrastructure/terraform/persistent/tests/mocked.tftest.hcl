# The switch and what is refused, against a provider that only pretends. Plans alone: the bucket of the states is never destroyed.
mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mocked" }
  }

  mock_resource "aws_iam_openid_connect_provider" {
    defaults = { arn = "arn:aws:iam::123456789012:oidc-provider/mocked" }
  }

  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:us-east-1:123456789012:mocked" }
  }
}

variables {
  account_id         = "123456789012"
  active_environment = ""
  alert_email        = "ops@example.com"
  github_subject     = "repo:example/visitor-counter"
  certificate_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  api_ids            = { blue = "bluebluebl", green = "greengreen" }
}

run "no_colour_is_no_mapping" {
  command = plan

  assert {
    condition     = length(aws_api_gateway_base_path_mapping.active) == 0
    error_message = "An empty active_environment maps something."
  }

  assert {
    condition     = output.state_bucket == "visitor-counter-state-123456789012"
    error_message = "The bucket has another name."
  }
}

run "blue_leads_to_blue" {
  command = plan

  variables {
    active_environment = "blue"
  }

  assert {
    condition     = aws_api_gateway_base_path_mapping.active[0].api_id == "bluebluebl" && aws_api_gateway_base_path_mapping.active[0].stage_name == "blue"
    error_message = "The domain does not lead to blue."
  }
}

run "green_leads_to_green" {
  command = plan

  variables {
    active_environment = "green"
  }

  assert {
    condition     = aws_api_gateway_base_path_mapping.active[0].api_id == "greengreen" && aws_api_gateway_base_path_mapping.active[0].stage_name == "green"
    error_message = "The domain does not lead to green."
  }
}

run "a_colour_that_is_not_there_is_refused" {
  command = plan

  variables {
    active_environment = "green"
    api_ids            = { blue = "bluebluebl" }
  }

  expect_failures = [aws_api_gateway_base_path_mapping.active]
}

run "an_account_of_four_digits_is_refused" {
  command = plan

  variables {
    account_id = "1234"
  }

  expect_failures = [var.account_id]
}

run "a_third_colour_is_refused" {
  command = plan

  variables {
    active_environment = "purple"
  }

  expect_failures = [var.active_environment]
}

run "an_api_of_a_third_colour_is_refused" {
  command = plan

  variables {
    api_ids = { purple = "purplepurp" }
  }

  expect_failures = [var.api_ids]
}

run "a_subject_with_a_wildcard_is_refused" {
  command = plan

  variables {
    github_subject = "repo:example/*"
  }

  expect_failures = [var.github_subject]
}

run "an_alert_to_nobody_is_refused" {
  command = plan

  variables {
    alert_email = ""
  }

  expect_failures = [var.alert_email]
}

run "neither_zone_nor_certificate_is_refused" {
  command = plan

  variables {
    certificate_arn = ""
  }

  expect_failures = [var.certificate_arn]
}

run "both_zone_and_certificate_are_refused" {
  command = plan

  variables {
    hosted_zone_id = "Z0123"
  }

  expect_failures = [var.certificate_arn]
}
