"""Looking after an installation: copies, bringing them back, finding what is wrong."""
