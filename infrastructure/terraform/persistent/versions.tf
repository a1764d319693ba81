# What outlives every release: the table, the domain and its switch, roles, the bucket of the states.
terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The bucket is made by this layer: infrastructure/README.md says how the first apply goes.
  backend "s3" {
    key          = "persistent.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Project = "visitor-counter", Layer = "persistent" }
  }
}
