# Full House in a container. UNTESTED: there was no container engine where this was written; only
# its parts are checked (tests/test_packaging.py). Tell us when it needs a change.
#
#   docker build -t fullhouse .
#   docker run -d --name fullhouse --restart on-failure:5 -p 127.0.0.1:8000:8000 \
#     -v fullhouse-data:/data -e FULLHOUSE_BASE_URL=https://tickets.example.org fullhouse
#
# One container only for one data folder: the box office is one process by design.
FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    FULLHOUSE_DATA_DIR=/data \
    FULLHOUSE_HOST=0.0.0.0 \
    PORT=8000

WORKDIR /srv/fullhouse
COPY pyproject.toml README.md LICENSE wsgi.py ./
COPY app ./app
COPY jobs ./jobs
COPY loadtests ./loadtests
COPY templates ./templates
COPY static ./static

RUN pip install --editable . \
    && useradd --system --no-create-home --shell /usr/sbin/nologin fullhouse \
    && install -d -o fullhouse -g fullhouse -m 0700 /data

USER fullhouse
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

CMD ["fullhouse", "serve"]
