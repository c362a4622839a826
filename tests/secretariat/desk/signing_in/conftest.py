import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from secretariat.broker import server

PASSWORD = "a sentence of my own"


@pytest.fixture
def nothing_counted():
    """Each test counts from zero, by the shared server as in production: so one file's tests alone may count."""

    def forget():
        for key in server().scan_iter("sign_in.*"):
            server().delete(key)

    forget()
    yield
    forget()


@pytest.fixture(scope="session")
def hashed():
    return make_password(PASSWORD)


@pytest.fixture
def officer(db, hashed):
    return User.objects.create(username="nurlan", password=hashed, is_staff=True)


@pytest.fixture
def sign_in(client):
    """The answer to a password, from an address."""

    def sign_in(password=PASSWORD, *, account="nurlan", address="198.51.100.7", **headers):
        form = {"username": account, "password": password}
        client.cookies.clear()
        return client.post("/admin/login/", form, REMOTE_ADDR=address, headers=headers)

    return sign_in
