"""Tests of app/draw_files."""
