environment     = "production"
allowed_origins = ["https://www.dzresume.dev", "https://dzresume.dev"]
