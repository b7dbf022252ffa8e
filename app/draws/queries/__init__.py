"""What the pages of the prize draws show, read and never changed."""
