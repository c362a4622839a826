FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONTZPATH="" STATIC_ROOT=/srv/static DOCUMENTS_DIR=/srv/documents
WORKDIR /srv/app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt && useradd --system --uid 10001 secretariat \
    && install -d -m 700 -o secretariat /srv/documents
COPY manage.py ./
COPY rotation rotation
COPY meetings meetings
COPY secretariat secretariat
# Static files, hashed and compressed, are part of the image; the values only satisfy the settings, nothing is reached.
RUN SECRET_KEY=only-for-this-step-of-the-build-and-kept-by-no-container-of-it ALLOWED_HOSTS=build \
    DATABASE_URL=postgres:///x REDIS_URL=redis://x python manage.py collectstatic --noinput -v0
USER secretariat
EXPOSE 8000
CMD ["python", "-m", "secretariat.web", "--host", "0.0.0.0", "--port", "8000"]
