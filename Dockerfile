# syntax=docker/dockerfile:1
# For amd64 and arm64: every package of the lock has a wheel for both, so nothing is compiled.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
RUN python -m venv --without-pip /greenlit
COPY requirements-image.lock ./
RUN pip --python /greenlit install --no-cache-dir --require-hashes --no-deps -r requirements-image.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY prompts prompts
COPY deploy deploy
# What builds it stays here; the image gets a folder without pip.
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheel . \
    && pip --python /greenlit install --no-cache-dir --no-deps /wheel/*.whl
# Grammars are unpacked where they are first used; a root that is read-only has no such place.
ENV SEMBLE_GRAMMARS_CACHE_DIR=/greenlit/grammars
RUN /greenlit/bin/python -c "from bot.search.grammars import LANGUAGE_BY_SUFFIX, load_grammar; list(map(load_grammar, LANGUAGE_BY_SUFFIX.values()))"

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="Greenlit" org.opencontainers.image.licenses="MIT"
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap ca-certificates git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home greenlit \
    && install -d -o greenlit -g greenlit -m 0700 /var/lib/greenlit
COPY --from=build /greenlit /greenlit
# A number: Kubernetes cannot tell of a name that it is not root.
USER 10001:10001
WORKDIR /var/lib/greenlit
ENV PATH="/greenlit/bin:$PATH" PYTHONUNBUFFERED=1 SEMBLE_GRAMMARS_CACHE_DIR=/greenlit/grammars \
    GREENLIT_HOME=/var/lib/greenlit GREENLIT_HOST=0.0.0.0
VOLUME /var/lib/greenlit
EXPOSE 8484
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('GREENLIT_PORT', '8484') + '/health', timeout=4)"]
ENTRYPOINT ["greenlit"]
CMD ["serve"]
