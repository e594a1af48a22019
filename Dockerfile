# One image for all programs; docker-compose.yml says which one a container runs.

FROM node:24-slim AS pages
WORKDIR /src
COPY review/frontend/package.json review/frontend/package-lock.json review/frontend/.npmrc ./
RUN npm ci --omit=dev
COPY review/frontend/styles styles
RUN npm run styles

FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

FROM base AS build
WORKDIR /src
RUN python -m venv /opt/mbiu
COPY requirements/base.txt requirements/
RUN /opt/mbiu/bin/pip install --require-hashes --no-deps -r requirements/base.txt
COPY . .
COPY --from=pages /src/node_modules review/frontend/node_modules
COPY --from=pages /static/vendor review/static/vendor
RUN /opt/mbiu/bin/python -m review.assets \
    && /opt/mbiu/bin/python -m review.catalogues \
    && rm -r review/frontend/node_modules \
    && /opt/mbiu/bin/pip install --no-deps --no-build-isolation . \
    && /opt/mbiu/bin/pip install --target /tmp/packages --no-deps --no-compile --require-hashes \
        -r requirements/gazetteer.txt \
    && /opt/mbiu/bin/mbiu gazetteer build --packages /tmp/packages \
    && rm -r /tmp/packages

FROM base
RUN useradd --system --uid 10001 --home-dir /var/lib/mbiu --create-home mbiu
COPY --from=build /opt/mbiu /opt/mbiu
COPY --from=build /src/LICENSE /src/NOTICE /usr/share/doc/mbiu/
ENV PATH=/opt/mbiu/bin:$PATH MBIU_HOME_DIR=/var/lib/mbiu MBIU_HOST=0.0.0.0 MBIU_LOG_FORMAT=json
WORKDIR /var/lib/mbiu
USER mbiu
EXPOSE 8000 8001
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["mbiu", "health"]
CMD ["mbiu", "--help"]
