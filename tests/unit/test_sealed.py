"""A sealed file opens for its recipient alone, and only as it was written."""

from __future__ import annotations

import io
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.sealed import (
    CHUNK_BYTES,
    MAGIC,
    BadKeyFileError,
    KeyExistsError,
    Sealer,
    WrongKeyError,
    is_sealed,
    make_keys,
    private_key_of,
    recipient_of,
    unsealed,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys")
    make_keys(path / "key")
    make_keys(path / "other")
    return path


def seal(folder: Path, pieces: list[bytes]) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, recipient_of((folder / "key.pub").read_text()))
    for piece in pieces:
        sealer.write(piece)
    sealer.finish()
    return out.getvalue()


def opened(folder: Path, content: bytes, key: str = "key") -> bytes:
    (folder / "sealed").write_bytes(content)
    return b"".join(unsealed(folder / "sealed", private_key_of(folder / key)))


@given(
    sizes=st.lists(
        st.sampled_from([0, 1, 15, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]),
        max_size=4,
    )
)
def test_what_was_sealed_comes_back(folder: Path, sizes: list[int]) -> None:
    pieces = [bytes([number + 1]) * size for number, size in enumerate(sizes)]
    assert opened(folder, seal(folder, pieces)) == b"".join(pieces)


@given(st.data())
def test_no_change_goes_unnoticed(folder: Path, data: st.DataObject) -> None:
    content = seal(folder, [b"a" * (2 * CHUNK_BYTES + 10)])
    part = CHUNK_BYTES + 16
    start = len(MAGIC) + 32
    kind = data.draw(st.sampled_from(["flip", "cut", "longer", "swap", "drop"]))
    at = data.draw(st.integers(0, len(content) - 1))
    changed = {
        "flip": content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :],
        "cut": content[:at],
        "longer": content + b"x",
        "swap": content[:start] + content[start + part : start + 2 * part] + content[start : start + part] + content[start + 2 * part :],
        "drop": content[: start + part] + content[start + 2 * part :],
    }[kind]  # fmt: skip
    with pytest.raises(WrongKeyError):
        opened(folder, changed)


def test_another_key_opens_nothing(folder: Path) -> None:
    with pytest.raises(WrongKeyError):
        opened(folder, seal(folder, [b"a"]), "other")


def test_two_files_of_one_content_have_nothing_in_common(folder: Path) -> None:
    one, other = (seal(folder, [b"a" * 1000])[len(MAGIC) :] for _ in range(2))
    assert not {one[at : at + 8] for at in range(len(one))} & {other[at : at + 8] for at in range(len(other))}


def test_a_private_key_is_its_owners_alone_and_never_replaced(folder: Path) -> None:
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    with pytest.raises(KeyExistsError):
        make_keys(folder / "key")


@pytest.mark.parametrize(
    "text", ["", "x", "campus-x25519-public:", "campus-x25519-public:AAAA", "campus-x25519-public:*"]
)
def test_what_is_no_key_is_said_without_repeating_it(text: str) -> None:
    with pytest.raises(BadKeyFileError) as caught:
        recipient_of(text)
    assert caught.value.params == {}


def test_the_halves_of_a_pair_are_told_apart(folder: Path) -> None:
    with pytest.raises(BadKeyFileError):
        recipient_of((folder / "key").read_text())
    with pytest.raises(BadKeyFileError):
        private_key_of(folder / "key.pub")


def test_a_sealed_file_is_known_by_its_beginning(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(seal(folder, []))
    (tmp_path / "b").write_bytes(b"PGDMP")
    assert (is_sealed(tmp_path / "a"), is_sealed(tmp_path / "b")) == (True, False)
