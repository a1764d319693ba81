# An account or a region of its own: names are those of production.
environment       = "development"
allowed_origins   = ["http://localhost:1580", "http://127.0.0.1:1580"]
production_domain = ""
log_level         = "debug"
