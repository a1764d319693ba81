"""Terraform on a copy of infrastructure/, api/ and scripts/, without an account: planned offline, or applied to moto, which plays AWS."""

import functools
import json
import os
import pathlib
import re
import shutil
import subprocess

from support.server import ROOT

PATIENCE_SECONDS = 600
OLDEST_TERRAFORM = (1, 10)
PROVIDER = "registry.terraform.io/hashicorp/aws/5.1[0-9][0-9].*"  # ~> 5.100
COLOURS = ("blue", "green")
ACCOUNT = "123456789012"

COMMON = {"account_id": ACCOUNT, "alert_email": "ops@example.com"}
PERSISTENT = COMMON | {
    "active_environment": "",
    "github_subject": "repo:example/visitor-counter",
    "certificate_arn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555",
}
APPLICATION = COMMON | {"function_role_arn": f"arn:aws:iam::{ACCOUNT}:role/resume-visitor-counter-function"}

# What differs where no AWS is: the state is kept beside the layer, nobody is asked who we are.
OFFLINE = """
terraform {
  backend "local" {}
}

provider "aws" {
  allowed_account_ids         = null
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
# The states in the bucket that the persistent layer makes. Moto is reached without TLS, which the bucket's policy refuses.
IN_THE_BUCKET = """
terraform {
  backend "s3" {
    key                         = "LAYER.tfstate"
    encrypt                     = true
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
  }
}
"""
WITHOUT_POLICY = """
resource "aws_s3_bucket_policy" "state" {
  count = 0
}
"""
# Moto plays the account too. It keeps no logging_config, and what is protected is to be destroyed in the end.
ON_MOTO = {
    "persistent": """
terraform {
  backend "local" {}
}

provider "aws" {
  s3_use_path_style       = true
  skip_metadata_api_check = true
}

resource "aws_s3_bucket" "state" {
  lifecycle {
    prevent_destroy = false
  }
}
""",
    "application": """
terraform {
  backend "local" {}
}

provider "aws" {
  skip_metadata_api_check = true
}

resource "aws_lambda_function" "counter" {
  lifecycle {
    ignore_changes = [logging_config]
  }
}
""",
}


@functools.cache
def plugins():
    """The folder with the AWS provider, TF_PLUGIN_DIR or wherever it lies; None without it or without a Terraform that will do."""
    if not shutil.which("terraform"):
        return None
    told = subprocess.run(["terraform", "version", "-json"], env=clean_environment(), capture_output=True, text=True, check=False)
    if told.returncode or tuple(map(int, json.loads(told.stdout)["terraform_version"].split(".")[:2])) < OLDEST_TERRAFORM:
        return None
    if named := os.environ.get("TF_PLUGIN_DIR"):
        return pathlib.Path(named) if list(pathlib.Path(named).glob(PROVIDER)) else None
    command = ["find", "/", "-maxdepth", "7", "(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-path", "/tmp", ")", "-prune",
               "-o", "-path", f"*/{PROVIDER}", "-print", "-quit"]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return pathlib.Path(found).parents[PROVIDER.count("/")] if found else None


def clean_environment(**extra):
    """Nothing of the user's: no configuration, no keys but ours, no other address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
    ours = {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return kept | ours | extra


class Layer:
    """A layer in a copy of its own. `overrides` is what the copy has different (Terraform's override files)."""

    def __init__(self, name, directory, overrides, **environment):
        for folder in ("infrastructure", "api", "scripts"):
            shutil.copytree(ROOT / folder, directory / folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".terraform*"))
        self.path = directory / "infrastructure" / "terraform" / name
        self._environment = clean_environment(**environment)
        self.init(overrides)

    def init(self, overrides, *flags):
        (self.path / "test_override.tf").write_text(overrides, encoding="utf-8")
        self.do("init", "-input=false", f"-plugin-dir={plugins()}", *flags)

    def move_state(self, overrides, bucket):
        """Moves the state to the bucket; `overrides` are those that the layer has, without a backend."""
        self.init(overrides + IN_THE_BUCKET.replace("LAYER", self.path.name), "-migrate-state", "-force-copy",
                  f"-backend-config=bucket={bucket}", "-backend-config=region=us-east-1")

    def run(self, *arguments):
        return subprocess.run(["terraform", *arguments], cwd=self.path, env=self._environment, capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS, check=False)

    def do(self, *arguments):
        """Its standard output; it must succeed."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"terraform {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def workspace(self, name):
        self.do("workspace", "select", "-or-create", name)

    def plan(self, variables):
        """The plan, as `terraform show -json` has it."""
        self.do("plan", "-input=false", "-out=plan", *_flags(variables))
        return json.loads(self.do("show", "-json", "plan"))

    def refusal(self, variables):
        """What is said of variables that a plan refuses."""
        done = self.run("plan", "-input=false", *_flags(variables))
        assert done.returncode == 1, done.stdout
        return " ".join(re.sub(r"\x1b\[\d*m|[│╷╵]", "", done.stderr).split())

    def apply(self, variables):
        self.do("apply", "-input=false", "-auto-approve", *_flags(variables))

    def destroy(self, variables):
        self.do("destroy", "-input=false", "-auto-approve", *_flags(variables))

    def outputs(self):
        return {name: output["value"] for name, output in json.loads(self.do("output", "-json")).items()}

    def resources(self):
        """Address and values of everything in the state."""
        root = json.loads(self.do("show", "-json")).get("values", {}).get("root_module", {})
        return {resource["address"]: resource["values"] for resource in root.get("resources", [])}


def changes(plan):
    """Address and actions of what a plan would change."""
    return {change["address"]: change["change"]["actions"] for change in plan.get("resource_changes", [])
            if change["change"]["actions"] not in (["no-op"], ["read"])}


def _flags(variables):
    flags = [f"-var={name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in variables.items()]
    return [*flags, "-lock-timeout=60s"]
