variable "account_id" {
  description = "The AWS account; an apply with the keys of another account is refused."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An account has 12 digits."
  }
}

variable "region" {
  description = "Where everything is."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "A region looks like us-east-1."
  }
}

variable "active_environment" {
  description = "The colour that the domain leads to. Empty: to none yet. Without a default, so that no apply switches by accident."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["", "blue", "green"], var.active_environment)
    error_message = "It is blue, green or empty."
  }
}

variable "api_ids" {
  description = "The ids of the two REST APIs, output api_id of the application layer. Empty while there are none."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for colour, id in var.api_ids : contains(["blue", "green"], colour) && can(regex("^[a-z0-9]+$", id))])
    error_message = "The keys are blue and green, the values ids of REST APIs."
  }
}

variable "table_name" {
  description = "The table of the counters."
  type        = string
  default     = "visitor-counter-prod"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.table_name))
    error_message = "A table's name has 3 to 255 of A-Z a-z 0-9 _ . -"
  }
}

variable "deletion_protection" {
  description = "Whether the table refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "name_prefix" {
  description = "What the functions' names begin with: PREFIX-blue-visitor-counter."
  type        = string
  default     = "resume"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,29}$", var.name_prefix))
    error_message = "A prefix has up to 30 of a-z 0-9 - and begins with a letter."
  }
}

variable "domain_name" {
  description = "The API's own domain."
  type        = string
  default     = "api.dzresume.dev"
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "A domain is written in lower case, without scheme or path."
  }
}

variable "hosted_zone_id" {
  description = "The Route 53 zone of the domain: certificate, its validation and the domain's record are then made here. Empty: certificate_arn is given and the record is made elsewhere."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(Z[A-Z0-9]+)?$", var.hosted_zone_id))
    error_message = "A zone's id begins with Z."
  }
}

variable "certificate_arn" {
  description = "An issued certificate of the domain, in the region. Only without hosted_zone_id."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:acm:.+:certificate/.+)?$", var.certificate_arn))
    error_message = "It is the ARN of an ACM certificate."
  }

  validation {
    condition     = (var.certificate_arn == "") != (var.hosted_zone_id == "")
    error_message = "Give either hosted_zone_id or certificate_arn."
  }
}

variable "alert_email" {
  description = "Who is told when the certificate is about to end."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", var.alert_email))
    error_message = "It is an e-mail address."
  }
}

variable "state_bucket_name" {
  description = "The bucket of the states of both layers. Empty: visitor-counter-state-ACCOUNT."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$", var.state_bucket_name))
    error_message = "A bucket's name has 3 to 63 of a-z 0-9 . -"
  }
}

variable "github_subject" {
  description = "The repository as GitHub's tokens name it: repo:OWNER/NAME, or repo:OWNER@ID/NAME@ID for repositories made after 2026-07-15."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^repo:[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9_.-]+(@[0-9]+)?$", var.github_subject))
    error_message = "It is repo:OWNER/NAME, exact, without wildcards."
  }
}

variable "create_oidc_provider" {
  description = "Whether to make the account's provider for GitHub's tokens. An account has one: false if it is there already."
  type        = bool
  default     = true
  nullable    = false
}

variable "create_api_gateway_account" {
  description = "Whether to let API Gateway write logs, a setting of the whole region. False if it is made elsewhere."
  type        = bool
  default     = true
  nullable    = false
}
