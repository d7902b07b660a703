# One image for every service that runs our code: Airflow's parts, the set-up jobs, the sample news.
# docker build --build-arg TORCH_INDEX=… takes torch from an index with CPU-only builds (much smaller).
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ARG TORCH_INDEX=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /build
COPY requirements/airflow.txt docker/requirements.py ./
RUN if [ -z "$TORCH_INDEX" ]; then \
      pip install --no-deps --require-hashes --requirement airflow.txt; \
    else \
      python requirements.py airflow.txt > without_torch.txt && \
      pip install --no-deps --index-url "$TORCH_INDEX" "$(python requirements.py --torch airflow.txt)" && \
      pip install --no-deps --require-hashes --requirement without_torch.txt; \
    fi
COPY pyproject.toml README.md LICENSE ./
COPY monitor monitor
RUN pip install --no-deps .

FROM ${PYTHON_IMAGE}
RUN apt-get update && apt-get install --yes --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --gid 0 --no-create-home --home-dir /opt/airflow monitor \
    && install --directory --owner 10001 --group 0 /opt/airflow /opt/airflow/logs /opt/news-monitor /opt/news-monitor/var
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH AIRFLOW_HOME=/opt/airflow PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/news-monitor
COPY config config
COPY seeds seeds
COPY dags dags
COPY docker docker
COPY samples samples
USER 10001
CMD ["monitor", "--help"]
