"""What keeps copies: a folder, an S3 bucket, or anything else that speaks Django's storage interface."""
