# Who the pipeline is. GitHub vouches for a workflow with a token, its `sub` must be exactly the one named here, and no keys are
# stored anywhere. What a role may change is named: actions without wildcards on resources of this project.
locals {
  issuer       = "token.actions.githubusercontent.com"
  provider_arn = var.create_oidc_provider ? aws_iam_openid_connect_provider.github[0].arn : "${local.arn}:iam::${var.account_id}:oidc-provider/${local.issuer}"

  subjects = {
    plan       = "${var.github_subject}:pull_request"
    staging    = "${var.github_subject}:ref:refs/heads/main"
    production = "${var.github_subject}:environment:production"
  }

  # What terraform plan looks at.
  reads = [
    "acm:DescribeCertificate",
    "acm:ListTagsForCertificate",
    "apigateway:GET",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:ListTagsOfResource",
    "iam:GetOpenIDConnectProvider",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "lambda:GetAlias",
    "lambda:GetFunction",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:GetFunctionConcurrency",
    "lambda:GetFunctionConfiguration",
    "lambda:GetPolicy",
    "lambda:ListTags",
    "lambda:ListVersionsByFunction",
    "logs:DescribeLogGroups",
    "logs:ListTagsForResource",
    "route53:GetHostedZone",
    "route53:ListResourceRecordSets",
    "sns:GetSubscriptionAttributes",
    "sns:GetTopicAttributes",
    "sns:ListTagsForResource",
    "ssm:DescribeParameters",
    "ssm:GetParameter",
    "ssm:ListTagsForResource",
  ]
  bucket_reads = [
    "s3:GetAccelerateConfiguration",
    "s3:GetBucketAcl",
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration",
    "s3:ListBucket",
  ]

  # What a release changes, each on what it may be done to. What is missing here is the operator's to apply.
  release_writes = {
    Functions = {
      actions = [
        "lambda:PublishVersion",
        "lambda:PutFunctionConcurrency",
        "lambda:UpdateAlias",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ]
      resources = flatten([for arn in values(local.function_arns) : [arn, "${arn}:*"]])
    }
    Apis = {
      actions   = ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"]
      resources = flatten([for arn in local.api_arns : [arn, "${arn}/*"]])
    }
    Alarms = {
      actions = ["cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm"]
      resources = flatten([for name in values(local.function_names) : [
        "${local.arn}:cloudwatch:${var.region}:${var.account_id}:alarm:${name}-*",
        "${local.arn}:cloudwatch::${var.account_id}:dashboard/${name}",
      ]])
    }
    States = {
      actions   = ["s3:DeleteObject", "s3:PutObject"]
      resources = [for colour in local.colours : "${aws_s3_bucket.state.arn}/env:/${colour}/application.tfstate*"]
    }
  }
  switch_writes = {
    Mapping = {
      actions   = ["apigateway:PATCH"]
      resources = ["${local.mapping_arns}/*"]
    }
  }
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.create_oidc_provider ? 1 : 0
  url            = "https://${local.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "assumed_by_github" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = [each.value]
    }
  }
}

resource "aws_iam_role" "github" {
  for_each             = local.subjects
  name                 = "${var.name_prefix}-visitor-counter-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.assumed_by_github[each.key].json
  permissions_boundary = aws_iam_policy.boundary.arn
  max_session_duration = 3600
}

data "aws_iam_policy_document" "github" {
  for_each = local.subjects

  statement {
    sid       = "Look"
    actions   = local.reads
    resources = ["*"]
  }

  statement {
    sid       = "LookAtTheBucket"
    actions   = local.bucket_reads
    resources = [aws_s3_bucket.state.arn]
  }

  statement {
    sid       = "ReadStates"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.state.arn}/*"]
  }

  dynamic "statement" {
    for_each = {
      for sid, writes in { plan = {}, staging = local.release_writes, production = local.switch_writes }[each.key] : sid => writes
      if length(writes.resources) > 0 # no APIs yet
    }

    content {
      sid       = statement.key
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  # A release hands the function its role, and no other.
  dynamic "statement" {
    for_each = each.key == "staging" ? [aws_iam_role.function.arn] : []

    content {
      sid       = "PassTheFunctionItsRole"
      actions   = ["iam:PassRole"]
      resources = [statement.value]

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = ["lambda.amazonaws.com"]
      }
    }
  }
}

resource "aws_iam_role_policy" "github" {
  for_each = local.subjects
  name     = each.key
  role     = aws_iam_role.github[each.key].id
  policy   = data.aws_iam_policy_document.github[each.key].json
}

# The ceiling: whatever is attached to these roles later, they can never do more. It grants nothing.
data "aws_iam_policy_document" "boundary" {
  statement {
    sid = "AtMost"
    actions = sort(distinct(concat(
      local.reads, local.bucket_reads, ["iam:PassRole", "s3:GetObject"],
      flatten([for writes in merge(local.release_writes, local.switch_writes) : writes.actions]),
    )))
    resources = ["*"]
  }
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.name_prefix}-visitor-counter-boundary"
  description = "The most that a role of the pipeline can ever do."
  policy      = data.aws_iam_policy_document.boundary.json
}
