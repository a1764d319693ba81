# An account or a region of its own: names are those of production.
environment       = "staging"
allowed_origins   = ["https://test.dzresume.dev"]
production_domain = ""
