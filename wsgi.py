"""Plain WSGI for those who bring their own server: one process, many threads.

`./run` does not use this: it starts app/server.py, which also holds slow and polling visitors.
"""

from app import create_app

app = create_app()
