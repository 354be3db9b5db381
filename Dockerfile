# One image for web, workers, clock and migrations; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements.lock .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: -r requirements.lock
COPY . .
RUN STATIC_ROOT=/app/collected /opt/venv/bin/python manage.py collectstatic --no-input

FROM python:3.11-slim-bookworm
# A user without name, home or shell; /data is all it may write to.
RUN install -d -o 10001 -g 10001 -m 0750 /data /data/search /data/stores
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/collected \
    SAMARKIV_DATA=/data
USER 10001:10001
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "consortium.wsgi"]
