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

variable "environment" {
  description = "What this deployment is for; environments/ has a file of settings for each."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["production", "staging", "development"], var.environment)
    error_message = "It is production, staging or development."
  }
}

variable "name_prefix" {
  description = "What names begin with: PREFIX-blue-visitor-counter. The persistent layer has the same."
  type        = string
  default     = "resume"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,29}$", var.name_prefix))
    error_message = "A prefix has up to 30 of a-z 0-9 - and begins with a letter."
  }
}

# --- the function ------------------------------------------------------------------------------------------------

variable "function_zip" {
  description = "The file that ./dev lambda-zip made."
  type        = string
  nullable    = false

  validation {
    condition     = endswith(var.function_zip, ".zip") && fileexists(var.function_zip)
    error_message = "There is no such .zip: ./dev lambda-zip makes it."
  }
}

variable "architecture" {
  description = "What the zip was built for."
  type        = string
  default     = "x86_64"
  nullable    = false

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "It is x86_64 or arm64."
  }
}

variable "function_role_arn" {
  description = "The role that the persistent layer made, its output function_role_arn."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$", var.function_role_arn))
    error_message = "It is the ARN of a role."
  }
}

variable "memory_mb" {
  description = "Memory, and with it the share of a processor."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "Lambda gives 128 to 10240 MB."
  }
}

variable "timeout_seconds" {
  description = "The function's deadline. It answers before it; API Gateway waits 10 s (api/openapi.json)."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 2 && var.timeout_seconds <= 9
    error_message = "It is 2 to 9 s, so that API Gateway still waits when the function gives up."
  }
}

variable "reserved_concurrency" {
  description = "At most so many invocations at once: what an abuser can take of the account's."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.reserved_concurrency >= 1 && var.reserved_concurrency <= 1000
    error_message = "It is 1 to 1000; the account must keep 100 for others."
  }
}

variable "table_name" {
  description = "The table of the counters, the persistent layer's."
  type        = string
  default     = "visitor-counter-prod"
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9_.-]{3,255}$", var.table_name))
    error_message = "A table's name has 3 to 255 of A-Z a-z 0-9 _ . -"
  }
}

variable "allowed_origins" {
  description = "The pages that may read answers, exact origins; the first is the primary."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.allowed_origins) > 0 && alltrue([for origin in var.allowed_origins : can(regex("^https?://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "At least one; scheme and host in lower case, perhaps a port, nothing behind it."
  }
}

variable "counter_id" {
  description = "The record that visits count on."
  type        = string
  default     = "main_counter"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,128}$", var.counter_id))
    error_message = "It has up to 128 of A-Z a-z 0-9 . _ -"
  }
}

variable "counter_ttl_days" {
  description = "Days after the last visit at which the counter begins anew. 0: never."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.counter_ttl_days >= 0 && var.counter_ttl_days <= 36500
    error_message = "It is 0 to 36500."
  }
}

variable "production_domain" {
  description = "Only what comes through this domain counts as a visit; everything else is preview. Empty: everything counts."
  type        = string
  default     = "api.dzresume.dev"
  nullable    = false

  validation {
    condition     = can(regex("^(([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,})?$", var.production_domain))
    error_message = "A domain is written in lower case, without scheme or path."
  }
}

variable "log_level" {
  description = "From which level on the function logs."
  type        = string
  default     = "info"
  nullable    = false

  validation {
    condition     = contains(["debug", "info", "warn", "error"], var.log_level)
    error_message = "It is debug, info, warn or error."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "CloudWatch keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731 days."
  }
}

# --- the gateway -------------------------------------------------------------------------------------------------

variable "rate_per_second" {
  description = "Requests a second of all callers together."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.rate_per_second >= 1 && var.rate_per_second <= 10000
    error_message = "An account has 10000 a second."
  }
}

variable "burst" {
  description = "How many requests may come at once."
  type        = number
  default     = 200
  nullable    = false

  validation {
    condition     = var.burst >= 1 && var.burst <= 5000
    error_message = "An account has 5000."
  }
}

variable "quota_per_day" {
  description = "Requests a day of one API key."
  type        = number
  default     = 100000
  nullable    = false

  validation {
    condition     = var.quota_per_day >= 1
    error_message = "At least one."
  }
}

variable "api_keys" {
  description = "Names of the API keys to make. A page in a browser cannot keep one secret."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.api_keys : can(regex("^[A-Za-z0-9 ._-]{1,100}$", name))])
    error_message = "A key's name has up to 100 of A-Z a-z 0-9 space . _ -"
  }
}

variable "api_key_required" {
  description = "Whether GET needs a key. Preflights never do."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.api_key_required || length(var.api_keys) > 0
    error_message = "Nobody could get in: api_keys is empty."
  }
}

# --- who is told -------------------------------------------------------------------------------------------------

variable "alert_email" {
  description = "Who is told of alarms. AWS asks that address to agree."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", var.alert_email))
    error_message = "It is an e-mail address."
  }
}

variable "visits_per_minute_min" {
  description = "Fewer requests a minute than this for ten minutes raise an alarm. 0: no such alarm."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.visits_per_minute_min >= 0
    error_message = "It is not negative."
  }
}
