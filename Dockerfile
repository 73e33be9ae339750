# GreenPulse in an image: the worker, and every other command of it.
#
#     docker build --tag greenpulse:local .
#     docker run --rm greenpulse:local settings
#
# The base is pinned by version. A digest would be exact, too: look it up where the registry
# can be reached, and put it behind the tag.
ARG BASE=python:3.11.15-slim-bookworm

FROM ${BASE} AS wheel
WORKDIR /source
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY greenpulse greenpulse
COPY agents agents
COPY sql sql
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM ${BASE} AS installed
COPY constraints.txt /
COPY --from=wheel /wheels /wheels
RUN python -m venv /opt/greenpulse \
 && /opt/greenpulse/bin/pip install --no-cache-dir --constraint /constraints.txt /wheels/*.whl

FROM ${BASE}
# A volume that is mounted there for the first time belongs to this user, too.
RUN groupadd --gid 10001 greenpulse \
 && useradd --uid 10001 --gid 10001 --home-dir /var/lib/greenpulse --no-create-home greenpulse \
 && install --directory --owner greenpulse --group greenpulse /var/lib/greenpulse
COPY --from=installed /opt/greenpulse /opt/greenpulse
COPY docker/answers.py /usr/local/lib/answers.py
# Pages are served to everybody who reaches the container; publish the port on 127.0.0.1.
ENV PATH=/opt/greenpulse/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GREENPULSE_DATA=/var/lib/greenpulse \
    GREENPULSE_WEB_HOST=0.0.0.0
USER 10001:10001
WORKDIR /var/lib/greenpulse
EXPOSE 6066
ENTRYPOINT ["greenpulse"]
CMD ["worker"]
