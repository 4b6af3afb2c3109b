"""Secrets go, ordinary words stay: one line a case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foretype.privacy.secrets import BOUNDARY, drop_secrets, is_secret
from foretype.privacy.shapes import is_card
from foretype.text.words import ENTITIES, split_words

ALONE = [
    "sk-proj-9aB3dE5fG7hI9jK1lM3nO5pQ",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0abcdefghijkl_mnop",
    "glpat-AbCdEfGhIjKlMnOpQrSt",
    "xoxb-123456789012-abcdefghijkl",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY",
    "ya29.a0AfH6SMBx",
    "SG.ngeVfQFYQlKU0ufo8x5d1A",
    "hf_abcdefghijklmnopqrstuvwx",
    "npm_abcdefghijklmnopqrstuvwx",
    "pypi-AgEIcHlwaS5vcmcCJDU",
    "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQ",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N",
    "550e8400-e29b-41d4-a716-446655440000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "9f86d081884c7d659a2feaa0c55ad015",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "dGhpc0lzQVNlY3JldEtleQ==",
    "4111111111111111",
    "4111-1111-1111-1111",
    "5500 0000 0000 0004",
    "378282246310005",
    "DE89370400440532013000",
    "GB29NWBK60161331926819",
    "078-05-1120",
    "021000021",
    "Tr0ub4dor&3",
    "xK9#mP2$vL5",
    "qW3rTy7u",
    "S3cr3tP4ss",
    "p455w0rd",
    "Pass!word1",
    "aB3$xY",
    "password=hunter2",
    "api_key=swordfish",
    "https://bob:hunter2@example.com/",
    "https://example.com/reset?token=sunshine",
    "https://example.com/s/aB3dE5fG7hI9",
    "drive.example.com/open?key=1AbC2dEf3",
]

TOLD = [
    ("the wifi password is swordfish", "swordfish"),
    ("pw: hunter2", "hunter2"),
    ("Password: letmein", "letmein"),
    ("password:\nsunshine", "sunshine"),
    ('My password is "monkey" ok?', "monkey"),
    ("Passwort lautet Sommer2024!", "Sommer2024"),
    ("das WLAN-Passwort ist Blumenkohl", "Blumenkohl"),
    ("password for the guest network in room 12 is garden", "garden"),
    ("log in with bob, password hunter2", "hunter2"),
    ("my password is now set to Tiger", "Tiger"),
    ("I reset it, the password is just Tiger again", "Tiger"),
    ("password = Tiger", "Tiger"),
    ("password= Tiger", "Tiger"),
    ("user: bob pass: letmein", "letmein"),
    ("login/password is admin/admin", "admin/admin"),
    ("le mot de passe est soleil", "soleil"),
    ("The alarm code is 1234 and please close the gate", "1234"),
    ("hunter2 is the password", "hunter2"),
    ("passphrase: correct horse battery staple", "horse"),
    ("my seed phrase is apple river stone cloud", "cloud"),
    ("secret key: aB3kd9", "aB3kd9"),
    ("login: bob / t0psecret", "t0psecret"),
    ("Your code is 4821", "4821"),
    ("4821 is your verification code", "4821"),
    ("use 4821 as your PIN", "4821"),
    ("PIN: 4821", "4821"),
    ("the pin for the door is 2019", "2019"),
    ("OTP 3391 expires soon", "3391"),
    ("Code: G-4821", "G-4821"),
    ("dial-in passcode 4821#", "4821#"),
    ("cvv 123", "123"),
    ("account number 4821", "4821"),
    ("acct # 991", "991"),
    ("card ending in 1111", "1111"),
    ("4111 1111 1111 1111", "1111"),
    ("4111 - 1111 - 1111 - 1111", "4111"),
    ("DE89 3704 0044 0532 0130 00", "3704"),
    ("amex 3782 822463 10005", "3782"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nqq\n-----END RSA PRIVATE KEY-----\nbye", "MIIEow"),
    ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nxA\n-----END PGP PRIVATE KEY BLOCK-----", "xA"),
    ("-----BEGIN OPENSSH PRIVATE KEY-----\nshort", "short"),
]

ORDINARY = [
    "hello",
    "Krzysztof",
    "McDonald",
    "DeVito",
    "O'Brien",
    "don't",
    "e-mail",
    "well-known",
    "state-of-the-art",
    "Donaudampfschifffahrtsgesellschaft",
    "Rechtsschutzversicherungsgesellschaften",
    "Llanfairpwllgwyngyll",
    "10:30",
    "10:30am",
    "5pm",
    "2001-01-15",
    "01/15/2001",
    "15.01.2001",
    "20010115",
    "$1,200.50",
    "€99",
    "50%",
    "v2.10.3",
    "1.0.0-rc1",
    "Q3-report-v2.xlsx",
    "IMG_0042.jpg",
    "EnronOnlineMay01.xls",
    "iPhone15",
    "PowerPoint2000",
    "getElementById",
    "README.md",
    "B2B",
    "H2O",
    "MP3s",
    "3rd",
    "21st",
    "1h20m30s",
    "10x10x10",
    "AT&T",
    "R&D",
    "S&P500",
    "C++",
    "C#",
    "EB38C1",
    "K1A0B6",
    "COVID-19",
    "F-150",
    "A4",
    "i18n",
    "log4j",
    "sha256",
    "utf8mb4",
    "x86-64",
    "naïve",
    "über",
    "日本語",
    "Привет",
    "LOL",
    "JavaScript",
    "YouTube",
    "McKinsey&Company",
    "U.S.A.",
    "and/or",
    "example.com/about",
    "https://example.com/blog/how-to-write",
    "(713)",
    "#42",
    "🎉",
    "-",
    "Mon-Fri",
    "24/7",
]

KEPT = [
    "the password is required",
    "I changed my password yesterday, it is not working",
    "your password is set to expire soon",
    "the password is changed every month",
    "passwords need twelve letters, and the deadline was set",
    "you may pass on the left, tell him",
    "please review the code in chapter 12 by 2001",
    "area code 713 and zip code 7702",
    "the tax code of 1986",
    "we met in room 1204 at 10:30 on 12 May 2001",
    "order 100 200 300 400 of each",
    "the key question is what customers want",
    "a secret: nobody reads this",
    "the account team met in 2001",
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash of it\n\nsee you",
    "my token of thanks",
    "it passed 3 to 2 with 1200 votes",
]


@pytest.mark.parametrize("word", ALONE)
def test_a_secret_is_known_by_its_shape(word: str) -> None:
    assert is_secret(word)


@pytest.mark.parametrize(("text", "secret"), TOLD)
def test_words_around_tell_a_secret(text: str, secret: str) -> None:
    words = split_words(text)
    kept, num_refused = drop_secrets(words)
    assert secret in words and secret not in kept
    assert num_refused >= 1 and BOUNDARY in kept


@pytest.mark.parametrize("word", ORDINARY)
def test_an_ordinary_word_is_no_secret(word: str) -> None:
    assert not is_secret(word)
    assert drop_secrets(split_words(word))[1] == 0


@pytest.mark.parametrize("text", KEPT)
def test_an_ordinary_sentence_stays_whole(text: str) -> None:
    assert drop_secrets(split_words(text)) == (split_words(text), 0)


def test_the_tables_hold_more_than_sixty_secrets() -> None:
    assert len(ALONE) + len(TOLD) >= 60


def test_no_secret_of_the_table_survives_inside_a_sentence() -> None:
    for secret in ALONE:
        kept, _ = drop_secrets(split_words(f"here it is {secret} see you"))
        assert secret not in kept and kept[-2:] == ["see", "you"], secret


def test_words_after_a_key_block_are_kept() -> None:
    kept, _ = drop_secrets(split_words("-----BEGIN KEY-----\nab\n-----END KEY-----\nsee you"))
    assert kept[-2:] == ["see", "you"]


def test_the_boundary_is_an_entity() -> None:
    assert BOUNDARY in ENTITIES


@settings(deadline=None)
@given(st.text(max_size=200))
def test_nothing_is_invented_and_the_number_refused_is_right(text: str) -> None:
    words = split_words(text)
    kept, num_refused = drop_secrets(words)
    assert set(kept) <= {*words, BOUNDARY}
    assert len(kept) <= len(words)
    assert num_refused or kept == words or BOUNDARY in kept


@settings(deadline=None)
@given(st.integers(min_value=10**11, max_value=10**18 - 1))
def test_exactly_one_last_digit_makes_a_card(number: int) -> None:
    digits = str(number)
    assert sum(is_card(digits + last) for last in "0123456789") == 1
