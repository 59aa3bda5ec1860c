# The app for a class or a laboratory: `docker compose up`; docs/deploy.md says what to set.
FROM python:3.13-slim

# On Linux PyTorch comes with several gigabytes for NVIDIA cards, unless its own index of CPU builds is named here.
ARG EXTRA_INDEX=""
ENV PIP_EXTRA_INDEX_URL=${EXTRA_INDEX} PIP_NO_CACHE_DIR=1 MHA_VIZ_CACHE=/models

RUN useradd --create-home mha && mkdir /models && chown mha /models

WORKDIR /src
COPY . .
RUN python -m pip install --constraint constraints.txt pip
RUN python -m pip install --constraint constraints.txt --build-constraint constraints.txt .

USER mha
VOLUME /models
EXPOSE 8501
HEALTHCHECK --start-period=120s CMD python -c "import sys, urllib.request as r; sys.exit(r.urlopen('http://127.0.0.1:8501/_stcore/health').read() != b'ok')"
CMD ["mha-viz", "--host", "0.0.0.0", "--no-browser"]
