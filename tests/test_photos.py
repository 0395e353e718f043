"""A photo comes from https and a host that the channel or the operator names; everything else is initials."""

import pytest

from convdata.photos import photo_to_show
from convdata.settings import Settings, read_settings
from tests.story import NOBODYS_SECRETS


@pytest.fixture
def settings() -> Settings:
    return read_settings({"MISHEARD_PHOTO_HOSTS": "photos.example.org"}, NOBODYS_SECRETS)


@pytest.mark.parametrize(
    "address",
    [
        "https://scontent.xx.fbcdn.net/v/t1/1.jpg?oh=1&oe=2",
        "https://platform-lookaside.fbsbx.com/p.jpg",
        "HTTPS://FBCDN.NET/1.jpg",
        "https://photos.example.org/a/b.png#x",
        "https://eu.photos.example.org:443/b.png",
    ],
)
def test_a_photo_of_a_named_host_is_shown_as_it_is(settings, address):
    assert photo_to_show(address, "messenger", settings) == address


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "/etc/passwd",
        "C:\\secrets.png",
        "file:///proc/self/environ",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "//scontent.fbcdn.net/1.jpg",
        "http://scontent.fbcdn.net/1.jpg",
        "ftp://scontent.fbcdn.net/1.jpg",
        "https://evil.example/1.jpg",
        "https://evilfbcdn.net/1.jpg",
        "https://fbcdn.net.evil.example/1.jpg",
        "https://evil.example/fbcdn.net/1.jpg",
        "https://evil.example?.fbcdn.net",
        "https://evil.example#.fbcdn.net",
        "https://evil.example\\.fbcdn.net/1.jpg",
        "https://evil.example\\@fbcdn.net/1.jpg",
        "https://user@fbcdn.net/1.jpg",
        "https://user:secret@fbcdn.net/1.jpg",
        "https://fbcdn.net@evil.example/1.jpg",
        "https://fbcdn.net:8443/1.jpg",
        "https://fbcdn.net:99999/1.jpg",
        "https://[::1]/1.jpg",
        "https://127.0.0.1/1.jpg",
        "https://fbcdn.net。evil.example/1.jpg",
        "https://evil.example／.fbcdn.net/1.jpg",
        "https://ｆbcdn.net/1.jpg",
        "https://fbcdn.net/1.jpg\n",
        "https://fbcdn.net/a b.jpg",
        "\thttps://fbcdn.net/1.jpg",
        "https://fbcdn.net/" + "x" * 3000,
        "<script>https://fbcdn.net/</script>",
    ],
)
def test_anything_else_is_initials(settings, address):
    assert photo_to_show(address, "messenger", settings) is None


def test_a_channel_that_names_no_host_shows_only_the_operators(settings):
    assert photo_to_show("https://scontent.fbcdn.net/1.jpg", "webchat", settings) is None
    assert photo_to_show("https://photos.example.org/1.jpg", "webchat", settings)
    assert photo_to_show("https://photos.example.org/1.jpg", "somewhere_new", settings)
