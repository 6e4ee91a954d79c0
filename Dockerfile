# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /greenlit
COPY requirements.lock ./
RUN /greenlit/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY prompts prompts
COPY deploy deploy
RUN /greenlit/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home greenlit \
    && install -d -o greenlit -g greenlit -m 0700 /var/lib/greenlit
COPY --from=build /greenlit /greenlit
USER greenlit
WORKDIR /var/lib/greenlit
ENV PATH="/greenlit/bin:$PATH" GREENLIT_HOME=/var/lib/greenlit GREENLIT_HOST=0.0.0.0 PYTHONUNBUFFERED=1
VOLUME /var/lib/greenlit
EXPOSE 8484
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8484/health', timeout=4)"]
ENTRYPOINT ["greenlit"]
CMD ["serve"]
