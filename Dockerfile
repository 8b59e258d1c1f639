# The hub as an image: the web process by default, any command of `python -m hub` besides.
FROM python:3.11-slim

RUN useradd --create-home --uid 10001 hub && install --directory --owner=hub /var/lib/hub
WORKDIR /srv/hub
COPY requirements.txt .
RUN python -m pip install --no-cache-dir --require-hashes -r requirements.txt
COPY hub hub
COPY schema schema
COPY connectors connectors
COPY sync sync
COPY migrations migrations
COPY pyproject.toml .

USER hub
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "hub"]
CMD ["serve", "--host", "0.0.0.0"]
